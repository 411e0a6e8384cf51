"""Each rule on episodes that were simulated, with and without what it looks for: one message with, none without."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from heatledger import run_day
from heatledger.alerts.episodes import follow
from heatledger.alerts.observed import Prices
from heatledger.alerts.rules import RULES as ALL
from heatledger.alerts.rules import look
from heatledger.cuts import Cuts
from heatledger.cycling import Trace
from heatledger.doing import DEFROST
from heatledger.tariff.marginal import Step
from tests.accounts.traces import cycles, read_every, winter
from tests.alerts import test_drift
from tests.alerts.house import HOME, NOW, RULES, against, full, heading, pump, quiet_for, seen, waiting

DAY = dt.timedelta(days=1)
MINUTES = dt.timedelta(minutes=5)
TODAY = NOW.astimezone(ZoneInfo(HOME.timezone)).date()


def messages(observed):
    """The titles of the messages that a course of observations leads to, and what lasts at its end."""
    lasting, titles = [], []
    for one in observed:
        said, judged = look(one, RULES)
        known = {row.key for row in lasting}
        found = follow(lasting, said, rules=RULES, judged=judged, now=one.now)
        titles += [(row.rule, row.title) for row in found if row.key not in known]
        lasting = [row for row in found if row.closed_at is None]
    return titles, lasting


def text_of(observed):
    (row,) = messages([observed])[1]
    return row.text


def every(step, values, make):
    return [seen(NOW + number * step, **make(value)) for number, value in enumerate(values)]


def test_a_bill_that_is_heading_above_the_budget_is_told_once_a_cycle():
    chances = [0.2, 0.79, 0.83, 0.97, 0.81, 0.7, 0.88, 0.99]
    course = every(DAY, chances, lambda over: {"budget": heading(over)})
    course += [seen(NOW + 30 * DAY, budget=heading(0.95, start=dt.date(2026, 2, 3)))]
    titles, _ = messages(course)
    assert titles == [("budget", "The bill is heading above the budget of $220.00")] * 2
    assert messages(every(DAY, [0.0, 0.5, 0.79, 0.5, None], lambda over: {"budget": heading(over)}))[0] == []
    assert text_of(seen(budget=heading(0.87))) == (
        "So far the bill of this cycle is $96.20. It is heading for $205 to $271, most likely $238, by Feb 3. The "
        "chance that it ends above your budget of $220.00 is 87%. You asked to be told from 80%."
    )


def test_a_device_that_falls_silent_is_told_once_however_often_it_comes_back_for_a_moment():
    course = [*range(0, 95, 5), 0, 5, *range(10, 70, 5)]
    titles, lasting = messages(every(MINUTES, course, lambda quiet: {"devices": quiet_for(quiet)}))
    assert titles == [("silent", "attic/plug is not heard any more")]
    assert len(lasting) == 1
    assert messages(every(MINUTES, [0, 30, 59, 1] * 20, lambda quiet: {"devices": quiet_for(quiet)}))[0] == []
    assert text_of(seen(devices=quiet_for(75, usual_s=30.0))) == (
        "attic/plug was last heard 1 h 15 min ago. It usually speaks every 30 s or so. It stands for: Attic. Until it "
        "is heard again what it measures is a gap, and shown as one. See that it has power and reaches the broker. You "
        "asked to be told after 1 h."
    )


def house(*quiet_min):
    device = quiet_for(0)[0]
    return tuple(device._replace(device=f"plug {n}", quiet_s=minutes * 60.0) for n, minutes in enumerate(quiet_min))


def test_a_broker_that_is_gone_is_one_message_and_not_one_for_each_device():
    course = [house(*([minutes] * 5)) for minutes in (0, 5, 30, 61, 90, 300)] + [house(0, 0, 0, 0, 0)] * 3
    titles, lasting = messages([seen(devices=devices) for devices in course])
    assert titles == [("silent", "Nothing is heard any more")]
    assert text_of(seen(devices=house(90, 75, 80))).startswith("None of 3 devices was heard for 1 h 15 min.")
    assert len(lasting) <= 1


def test_a_device_that_was_silent_before_all_were_is_not_told_again_when_the_rest_comes_back():
    course = [house(70, 0, 0), house(130, 61, 61), house(135, 0, 0), house(140, 0, 0)]
    titles, _ = messages([seen(devices=devices) for devices in course])
    assert titles == [("silent", "plug 0 is not heard any more"), ("silent", "Nothing is heard any more")]


def test_a_battery_sensor_that_speaks_every_two_hours_is_given_six():
    late = [90, 200, 300, 359]
    assert messages([seen(devices=quiet_for(quiet, usual_s=7200.0)) for quiet in late])[0] == []
    assert len(messages([seen(devices=quiet_for(360, usual_s=7200.0))])[0]) == 1


def test_a_device_that_was_never_heard_or_has_left_the_home_file_says_nothing():
    never = quiet_for(0)[0]._replace(quiet_s=None)
    assert messages([seen(devices=(never,))])[0] == []
    lasting = messages([seen(devices=quiet_for(90)), seen(devices=())])[1]
    assert lasting == []


def run_days(*watts, every_s=30):
    days = [read_every(one, every_s, outdoor_c=-2.0)[1] for one in watts]
    return [(TODAY - len(days) * DAY + number * DAY, day) for number, day in enumerate(days)]


@pytest.mark.parametrize(("on_min", "off_min", "told"), [(4, 5, 1), (5, 12, 0), (60, 40, 0)])
def test_short_cycling_is_six_starts_an_hour_on_each_of_three_days(on_min, off_min, told):
    days = run_days(*(cycles(on_min, off_min, seed=number)[0] for number in range(3)))
    titles, _ = messages([seen(machines=pump(days)), seen(NOW + MINUTES, machines=pump(days))])
    assert titles == [("short_cycling", "Mini-split starts too often")] * told
    two_of_three = [days[0], (days[1][0], run_days(cycles(60, 40)[0])[0][1]), days[2]]
    assert messages([seen(machines=pump(two_of_three))])[0] == []


def test_starts_that_cannot_be_counted_are_not_guessed():
    days = run_days(*(cycles(4, 5, seed=number)[0] for number in range(3)), every_s=300)
    assert messages([seen(machines=pump(days))])[0] == []


def frosty(minutes):
    """A day of hard frost on which the unit tells a defrost every so many minutes."""
    size = 288
    mode = np.zeros(size)
    mode[minutes // 5 - 1 :: minutes // 5] = DEFROST
    runs, none = np.ones(size), np.zeros(size)
    columns = Trace(runs, none, none, runs, none, none)._asdict()
    columns |= {"mode": mode, "evidence": none, "told": (mode == DEFROST) * 1.0, "unshared": none}
    (day,) = run_day.run_days(columns, np.full(size, -2.0), np.full(size, 0.08), Cuts.one(size))
    return [(TODAY - DAY, day)]


@pytest.mark.parametrize(("minutes", "told"), [(90, 0), (60, 0), (45, 0), (30, 1)])
def test_defrosts_every_half_hour_are_a_storm_and_every_hour_are_none(minutes, told):
    """Controls that go by the clock wait 30, 60 or 90 min, 60 as shipped (Bard 2100-443, Armstrong 48478A006)."""
    days = frosty(minutes)
    titles, lasting = messages([seen(machines=pump(days)), seen(NOW + MINUTES, machines=pump(days))])
    assert titles == [("defrost_storm", "Mini-split defrosts too often")] * told
    if told:
        assert lasting[0].value == pytest.approx(2.0)
        assert (
            "On Tue Jan 13 Mini-split defrosted 48 times in 24 h of running below 5.0 °C: every 30 min."
            in lasting[0].text
        )


def test_from_power_alone_a_storm_is_not_seen_and_never_wrongly_told():
    for a_day in (
        14,
        24,
        44,
    ):  # true; counted are 12, 22 and 2: between two of them a plug must show half an hour of rest
        assert messages([seen(machines=pump(run_days(winter(a_day, seed=3))))])[0] == []


def test_backup_heat_is_told_once_while_a_cold_spell_lasts():
    course = [0.0, 0.4, 1.9, 2.4, 8.0, 3.0, 1.2, 2.6]
    titles, _ = messages(every(DAY / 4, course, lambda kwh: {"machines": pump(backup_kwh=kwh)}))
    assert titles == [("backup_heat", "Mini-split is on back-up heat")]
    assert messages(every(DAY / 4, [0.0, 1.0, 1.9, None], lambda kwh: {"machines": pump(backup_kwh=kwh)}))[0] == []
    said = text_of(seen(machines=pump(backup_kwh=8.0), price_now=Decimal("0.1418")))
    assert "took 8.0 kWh in the last 24 hours, $1.13 at the price now." in said  # 8 × 0.1418 = 1.1344


def test_a_week_of_less_heat_is_told_once_and_a_sound_week_is_not():
    at = dt.datetime(2026, 1, 28, 18, tzinfo=dt.UTC)
    for fault, told in ((0.8, 1), (1.0, 0)):
        days = test_drift.winter(fault=fault)
        course = [seen(at + number * MINUTES, machines=pump(heating=days)) for number in range(3)]
        assert messages(course)[0] == [("cop_drift", "Mini-split works worse than it used to")] * told


def prices(*rates, usual="0.30"):
    hours = [NOW.replace(minute=0) + dt.timedelta(hours=number) for number in range(len(rates) + 1)]
    steps = [Step(*span, Decimal(rate), None, "") for span, rate in zip(pairwise(hours), rates, strict=True)]
    return Prices(tuple(steps), Decimal(usual))


def test_a_price_above_a_usual_peak_is_told_once_and_the_peak_of_every_day_is_not():
    ahead = ["0.20", "0.28", "0.71", "0.35", "0.20"]
    course = [seen(NOW, prices=prices(*ahead)), seen(NOW + MINUTES, prices=prices(*ahead))]
    titles, lasting = messages([*course, seen(NOW + DAY / 4, prices=prices("0.20", "0.22"))])
    assert titles == [("price_peak", "On Wed Jan 14 electricity costs 71.0 ¢/kWh from 14:00 to 15:00")]
    assert lasting == [], "it has passed"
    assert messages([seen(prices=prices("0.12", "0.30", "0.30", "0.12"))])[0] == []


@pytest.mark.parametrize(
    ("name", "make", "calm", "rising"),
    [
        ("spool", lambda minutes: {"spool": waiting(minutes)}, [0, 5, 14, 0], [0, 5, 16, 30, 200, 0, 20]),
        ("control", lambda minutes: {"caveats": against(minutes)}, [0, 5, 9, 0], [0, 5, 11, 30, 200]),
        ("disk", lambda share: {"disk": full(share)}, [0.5, 0.89, 0.87], [0.5, 0.91, 0.95, 0.88, 0.93]),
    ],
)
def test_the_machine_is_told_of_once(name, make, calm, rising):
    assert messages(every(MINUTES, calm, make))[0] == []
    assert [rule for rule, _ in messages(every(MINUTES, rising, make))[0]] == [name]


def test_what_could_not_be_observed_is_not_judged():
    said, judged = look(seen(), RULES)
    assert (said, judged) == ([], set())
    bare = msgspec.structs.replace(HOME, budget=None, tariff=None)
    assert look(seen()._replace(home=bare), RULES)[1] == {"budget", "price_peak"}, "there is nothing to exceed"


def test_a_rule_that_is_off_is_not_asked():
    off = {name: msgspec.structs.replace(rule, on=False) for name, rule in RULES.items()}
    assert look(seen(disk=full(1.0)), off) == ([], set())
    assert set(off) == set(ALL)


def test_every_text_is_whole_sentences_that_say_from_when_one_is_told():
    busy = run_days(*(cycles(4, 5, seed=number)[0] for number in range(3)))
    at = dt.datetime(2026, 1, 28, 18, tzinfo=dt.UTC)
    courses = [
        seen(budget=heading(0.9)),
        seen(devices=quiet_for(90)),
        seen(at, machines=pump(heating=test_drift.winter(fault=0.8))),
        seen(machines=pump(busy)),
        seen(machines=pump(frosty(30))),
        seen(machines=pump(backup_kwh=5.0)),
        seen(prices=prices("0.2", "0.9")),
        seen(caveats=against(20)),
        seen(spool=waiting(60)),
        seen(disk=full(0.95)),
    ]
    rows = [row for course in courses for row in messages([course])[1]]
    assert {row.rule for row in rows} == set(ALL)
    for row in rows:
        assert row.text.endswith(".")
        assert "You asked to be told" in row.text
        assert "None" not in row.text + row.title
        assert "nan" not in row.text
