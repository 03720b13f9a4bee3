"""`casemart trace`: where the outcome of one entity comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from casemart.commands import call_of

if TYPE_CHECKING:
    from casemart.trace import Trace
    from casemart.warehouse import Connection

FORMATS = ("table", "json")

Format = Annotated[str, typer.Option("--format", "-f", help="table or json.")]

app = typer.Typer(help="Follow one case, session, contract or account to the rule that decided.", no_args_is_help=True)


@app.command("case")
def trace_case(
    context: typer.Context,
    case_id: Annotated[str, typer.Argument(metavar="ID", help="The case's id.")],
    form: Format = "table",
) -> None:
    """Show what happened in a case, what counted, and why it is or is not resolved at first contact."""
    from casemart.trace import case

    _print(context, case.trace_case, case_id, form)


@app.command("session")
def trace_session(
    context: typer.Context,
    session_id: Annotated[str, typer.Argument(metavar="ID", help="The self-help session's id.")],
    form: Format = "table",
) -> None:
    """Show a self-help session's entitlement and answers, and why it is or is not a deflected case."""
    from casemart.trace import session

    _print(context, session.trace_session, session_id, form)


@app.command("contract")
def trace_contract(
    context: typer.Context,
    contract_id: Annotated[str, typer.Argument(metavar="ID", help="The contract's id.")],
    form: Format = "table",
) -> None:
    """Show a contract's days, links and charges, and why it is or is not renewed."""
    from casemart.trace import contract

    _print(context, contract.trace_contract, contract_id, form)


@app.command("account")
def trace_account(
    context: typer.Context,
    account_id: Annotated[str, typer.Argument(metavar="ID", help="The account's id.")],
    form: Format = "table",
) -> None:
    """Show an account's contracts, its state by month, and each movement of its recurring revenue."""
    from casemart.trace import account

    _print(context, account.trace_account, account_id, form)


def _print(context: typer.Context, trace: Callable[[Connection, str], Trace], wanted: str, form: str) -> None:
    import duckdb

    from casemart import export, render
    from casemart.errors import CasemartError
    from casemart.warehouse import open_published

    call = call_of(context)
    chosen = export.choose_format(form, None, FORMATS)
    with open_published(call.workspace) as connection:
        try:
            found = trace(connection, wanted)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise CasemartError(
                "the published version has not all the tables that this trace reads: an earlier casemart built it",
                "build again: `casemart build`",
            ) from error
    with export.standard_output() as stream:
        if chosen == "json":
            stream.write(export.json_text(found.content, indent="") + "\n")
        else:
            render.print_sheets([sheet for sheet in found.sheets if sheet.rows], stream)
