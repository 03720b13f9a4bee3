"""Options from casemart.toml and from the environment: both know an option by its long name, as `--help` shows it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from casemart.errors import UsageError
from casemart.workspace import SETTINGS_FILE

OTHERS = ("vars", "seeds", "guards")  # tables that are no commands: dbt vars, seeds of one's own, thresholds of the guards


def name_environment(command: Any, prefix: str) -> None:
    """Lets each option of `command` and of those below it be set by PREFIX_<COMMAND>_<OPTION>."""
    for name, option in _options(command).items():
        option.envvar = f"{prefix}_{name}".upper().replace("-", "_")
    for name, child in getattr(command, "commands", {}).items():
        name_environment(child, f"{prefix}_{name}")


def defaults(command: Any, settings: dict[str, Any]) -> dict[str, Any]:
    """The defaults of the commands below `command`, by parameter names. UsageError for a name that none of them has."""
    return {
        name: _values(command.commands[name], table, name)
        for name, table in settings.items()
        if name not in OTHERS and _is_table(table, name) and _is_known(name, [*command.commands, *OTHERS], f"table [{name}]")
    }


def _values(command: Any, table: dict[str, Any], path: str) -> dict[str, Any]:
    children, options = getattr(command, "commands", {}), _options(command)
    values = {}
    for written, value in table.items():
        name = written.replace("_", "-")
        _is_known(name, [*children, *options], f"`{written}` in [{path}]")
        if name in children:
            _is_table(value, f"{path}.{name}")
            values[name] = _values(children[name], value, f"{path}.{name}")
        elif isinstance(value, dict) or (isinstance(value, list) and not options[name].multiple):
            raise UsageError(f"{SETTINGS_FILE}: `{written}` in [{path}] is not one value", "a text, a number, true or false")
        else:
            values[options[name].name] = [value] if options[name].multiple and not isinstance(value, list) else value
    return values


def _options(command: Any) -> dict[str, Any]:
    """The options by their long names without dashes; none that only prints and stops, such as `--version`."""
    return {
        next(text for text in option.opts if text.startswith("--"))[2:]: option
        for option in command.params
        if option.param_type_name == "option" and not option.is_eager
    }


def _is_table(value: Any, name: str) -> bool:
    if not isinstance(value, dict):
        raise UsageError(f"{SETTINGS_FILE}: `{name}` is not a table", "options stand in a table called like their command")
    return True


def _is_known(name: str, known: Iterable[str], described: str) -> bool:
    names = list(known)
    if name not in names:
        nearest = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean `{nearest[0]}`?" if nearest else "known are " + ", ".join(names)
        raise UsageError(f"{SETTINGS_FILE}: unknown {described}", hint if names else "this command has no options")
    return True
