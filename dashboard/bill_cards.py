"""The cards of the page `/bill`: its lines as the utility prints them, who used it, and why it differs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from dashboard.bill_notes import doubts
from dashboard.cards import GOOD, State, card, refused
from dashboard.components import Children, aria, data, text
from dashboard.desk_view import View
from dashboard.figures_daily import price_ramp
from dashboard.paper import STATEMENT
from dashboard.question import address
from dashboard.shown import Shown, children, opens, sentence
from heatledger import formatting
from heatledger.billed import CAUSES, BillSummary, Cause
from heatledger.formatting import difference, money
from heatledger.retelling import retold
from heatledger.tariff.lines import BillLine
from heatledger.wording import say, say_many


def quantity(line: BillLine, currency: str) -> str:
    """Print what a line counts: 260.87 kWh, 18 days, on $210.67."""
    if line.unit == currency:
        return say("on {quantity}", quantity=money(line.quantity, currency))
    if line.unit == "kWh":
        return formatting.energy(line.quantity, line=True)
    stated = -int(Decimal(line.quantity).normalize().as_tuple().exponent)
    shown, many = formatting.number(line.quantity, max(0, min(2, stated))), 1 if line.quantity == "1" else 2
    counted = {
        "day": say_many("{n} day", "{n} days", many, n=shown),
        "month": say_many("{n} month", "{n} months", many, n=shown),
        "bill": say_many("{n} bill", "{n} bills", many, n=shown),
    }
    return counted.get(line.unit, f"{shown} {line.unit}")


def rate(line: BillLine, currency: str) -> str:
    """Print a line's rate as it is stated: $0.14180, 2.5%."""
    if line.unit != currency:
        return formatting.full_rate(line.rate, currency)
    percent = (Decimal(line.rate) * 100).normalize()
    return formatting.share(line.rate, digits=max(0, -int(percent.as_tuple().exponent)))


def lines(view: View) -> html.Section:
    """Return the lines of the bill in the utility's own words and order, and what they come to."""
    bill = view.summary.bill
    if bill.total is None:
        return card(refused(bill.reason), say("Lines, as your utility prints them"), at="bill-lines")
    ramp = price_ramp(bill)
    rows = [_line(bill, line, ramp.get(line.label), number) for number, line in enumerate(bill.lines)]
    total = html.Tr(
        [
            html.Th(_to_date(view), scope="row", colSpan=3),
            html.Td(
                opens("bill.total", money(bill.total, bill.currency)), className="sum fig", **data(value=bill.total)
            ),
        ],
        className="total-row",
    )
    head = html.Tr(
        [html.Th(word, scope="col") for word in (say("Line"), say("Quantity"), say("Rate"), say("Amount"))],
        className="hidden",
    )
    table = html.Table(
        [
            html.Caption(say("Lines of the bill"), className="hidden"),
            html.Thead(head),
            html.Tbody(rows),
            html.Tfoot(total),
        ],
        className="ledger",
        id="bill-table",
    )
    tool = html.Button(
        "CSV", type="button", className="tool rows-csv", title=say("Save the lines"), **data(of="bill-table")
    )
    paper = html.A(
        "PDF", href=f".{STATEMENT}{address(view.question)}", className="tool", title=say("Save the statement")
    )
    plan = sorted({line.tariff for line in bill.lines})
    aside: Children = [*(text(name, "plain-chip") for name in plan), paper, tool]
    return card(
        _estimated(bill),
        say("Lines, as your utility prints them"),
        table,
        *_payable(bill),
        aside=aside,
        at="bill-lines",
    )


def _estimated(bill: BillSummary) -> State:
    if not bill.estimated_amount or not Decimal(bill.estimated_amount):
        return GOOD
    return State(
        "estimated",
        sentence(
            say("{estimated_amount} estimated"),
            estimated_amount=Shown(money(bill.estimated_amount, bill.currency), "bill.estimated_amount"),
        ),
        doubts(bill.notes),
    )


def _line(bill: BillSummary, line: BillLine, token: str | None, number: int) -> html.Tr:
    swatch = html.Span(className=f"key {token or 'none'}", **aria(hidden="true"))
    counted, per, at = quantity(line, bill.currency), rate(line, bill.currency), f"bill.lines.{number}"
    noted = "; ".join(part for part in line.note.split("; ") if part not in bill.notes)  # those stand below the total
    said: Children = [swatch, html.Span([text(line.label), text(retold(noted), "line-note")] if noted else line.label)]
    return html.Tr(
        [
            html.Th(html.Span(said, className="line-name"), scope="row", **data(value=line.label)),
            html.Td(
                opens(f"{at}.quantity", counted),
                className="line-quantity",
                **data(value=f"{line.quantity} {line.unit}", per=f" × {per}"),
            ),
            html.Td(opens(f"{at}.rate", per), className="line-rate", **data(value=line.rate)),
            html.Td(
                opens(f"{at}.amount", money(line.amount, bill.currency)),
                className="amount fig",
                **data(value=line.amount),
            ),
        ]
    )


def _to_date(view: View) -> str:
    first = formatting.day(view.question.start.date())
    if not view.question.running:
        return say("Total")
    return say("To date, since {first}", first=first)


def _payable(bill: BillSummary) -> list[Component]:
    if bill.payable is None:
        return []
    amount = Shown(money(bill.payable, bill.currency), "bill.payable")
    said: Children = [
        html.B(children(sentence(say("To be paid now: {amount}."), amount=amount))),
        " ",
        say("The plan asks for it."),
    ]
    return [html.P(said, className="doubt")]


def who(view: View) -> html.Section:
    """Return who used it: heat pumps, everything else, and what no use causes; together they are the bill."""
    bill, used = view.summary.bill, view.summary.electricity
    if bill.total is None:
        return card(refused(bill.reason), say("Who used it"), at="bill-who")
    unknown = [pump for pump in view.home.heat_pumps if not used.by_meter_cost.get(pump.meter)]
    places = ("pumps_cost", "rest_cost", "fixed_cost")
    printed = [Decimal(getattr(used, name) or 0) for name in places]
    bounds = (say("at least {amount}"), say("at most {amount}"), "{amount}") if unknown else ("{amount}",) * 3
    words = [
        (say("Heat pumps"), "money"),
        (say("Everything else"), "grey"),
        (say("Fixed charges and credits"), "fixed"),
    ]
    rows = [
        html.Li(
            [
                text("", f"key {kind}"),
                text(word),
                html.B(
                    children(sentence(bound, amount=Shown(money(amount, bill.currency), f"electricity.{place}"))),
                    className="fig",
                ),
            ]
        )
        for (word, kind), amount, bound, place in zip(words, printed, bounds, places, strict=True)
    ]
    whole = sum((max(amount, Decimal(0)) for amount in printed), Decimal(0))
    bar = [
        html.Span(className=f"share-part {kind}", style={"flexGrow": f"{float(amount / whole):.4f}"})
        for (_, kind), amount in zip(words, printed, strict=True)
        if whole > 0 and amount > 0
    ]
    label = ", ".join(f"{word} {money(part, bill.currency)}" for (word, _), part in zip(words, printed, strict=True))
    names = ", ".join(pump.name or pump.id for pump in unknown)
    state = (
        State("partial", say("{names} not heard", names=names), say("its part is in everything else"))
        if unknown
        else GOOD
    )
    return card(
        state,
        say("Who used it"),
        html.Div(bar, className="shares", role="img", **aria(label=label)),
        html.Ul(rows, className="parts"),
        at="bill-who",
    )


def why(view: View) -> html.Section | None:
    """Return why this bill differs from the one before, cause by cause; None for what is no bill."""
    bill, was = view.summary.bill, view.summary.bill.before
    if was is None:
        return None
    name = say("Against the bill of {span}", span=_span(was.start, was.end))
    if was.difference is None:
        return card(refused(was.reason), name, at="bill-why")
    causes = [cause for cause in was.because if cause.amount is None or Decimal(cause.amount) != 0]
    most = max((abs(Decimal(cause.amount)) for cause in causes if cause.amount), default=Decimal(1))
    rows = [_cause(cause, was.because.index(cause), most, bill.currency) for cause in causes]
    days = sentence(
        say("After {days} days: {compared} then, {now} now."),
        days=Shown(formatting.number(was.days, 0), "bill.before.days"),
        compared=Shown(money(was.compared, bill.currency), "bill.before.compared"),
        now=Shown(money(was.now, bill.currency), "bill.before.now"),
    )
    foot = html.Tr(
        [
            html.Th(say("Difference"), scope="row"),
            html.Td(""),
            html.Td(opens("bill.before.difference", difference(was.difference, bill.currency)), className="sum fig"),
        ],
        className="total-row",
    )
    table = html.Table(
        [html.Caption(name, className="hidden"), html.Tbody(rows), html.Tfoot(foot)], className="ledger causes"
    )
    return card(GOOD, name, html.P(children(days), className="card-sub"), table, at="bill-why")


def _cause(cause: Cause, number: int, most: Decimal, currency: str) -> html.Tr:
    label = html.Th([say(CAUSES.get(cause.cause, cause.cause)), text(retold(cause.reason), "line-note")], scope="row")
    if cause.amount is None:
        return html.Tr([label, html.Td(""), html.Td(say("not told apart"), className="quiet")])
    amount = Decimal(cause.amount)
    size = {"width": f"{float(abs(amount) / most) * 50:.1f}%"}
    bar = html.Span(className="cause more-than" if amount > 0 else "cause less-than", style=size)
    place = f"bill.before.because.{number}.amount"
    figure = html.Td(opens(place, difference(amount, currency)), className="amount fig")
    return html.Tr([label, html.Td(html.Div(bar, className="cause-axis"), **aria(hidden="true")), figure])


def _span(start: date, end: date) -> str:
    return f"{formatting.day(start)} – {formatting.day(date.fromordinal(end.toordinal() - 1))}"
