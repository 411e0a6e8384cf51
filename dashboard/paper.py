"""The bill of the page `/bill` as PDF: the same question as the page's address, in the reader's language."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from dashboard.desk import Desk

STATEMENT = "/bill/statement.pdf"


def register(server: FastAPI, desk: Desk) -> None:
    """Add the route to the FastAPI application; a question that cannot be answered is said in one line, as by the API.

    Parameters
    ----------
    server : FastAPI
        The application, with what answers an `AskError`.
    desk : Desk
        Answers the page.
    """

    @server.get(STATEMENT, include_in_schema=False)
    def statement(request: Request) -> Response:
        # typst and its fonts take 46 MB (measured): only a dashboard that is asked for paper loads them
        from heatledger.statement.typeset import statement_pdf

        view = desk.view(dict(request.query_params), "light")
        name = f"{view.home.id}-{view.question.start.date()}.pdf"
        return Response(
            statement_pdf(view.summary, view.home, issued=view.at),
            media_type="application/pdf",
            headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
        )
