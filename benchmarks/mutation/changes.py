"""Small faults that a person could have made in a query, each of them one change of its syntax tree."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp

Step = tuple[str, int | None]
TreePath = tuple[Step, ...]
Change = Callable[[exp.Expression], object]

SWAPPED = {
    exp.LT: (exp.LTE, exp.GTE),
    exp.LTE: (exp.LT, exp.GT),
    exp.GT: (exp.GTE, exp.LTE),
    exp.GTE: (exp.GT, exp.LT),
    exp.EQ: (exp.NEQ,),
    exp.NEQ: (exp.EQ,),
    exp.Add: (exp.Sub,),
    exp.Sub: (exp.Add,),
    exp.Mul: (exp.Div,),
    exp.Div: (exp.Mul,),
    exp.Min: (exp.Max,),
    exp.Max: (exp.Min,),
    exp.Least: (exp.Greatest,),
    exp.Greatest: (exp.Least,),
    exp.Lead: (exp.Lag,),
    exp.Lag: (exp.Lead,),
    exp.Sum: (exp.Count,),
}
NO_CONDITION = (exp.Interval, exp.Cast, exp.AtTimeZone, exp.TimestampTrunc, exp.DateTrunc)


@dataclass(frozen=True)
class Mutation:
    """`change` edits the node at `path` of a copy of the tree in place."""

    kind: str
    path: TreePath
    change: Change

    def applied(self, tree: exp.Expression, path: TreePath | None = None) -> exp.Expression:
        """A changed copy of `tree`; with `path`, changed there instead."""
        # In parentheses that are not returned, so that the whole query, too, has a parent to be replaced in.
        holder = exp.Paren(this=tree.copy())
        self.change(node_at(holder.this, self.path if path is None else path))
        return holder.this


def text_of(tree: exp.Expression) -> str:
    return tree.sql("duckdb", comments=False)


def path_of(node: exp.Expression) -> TreePath:
    steps: list[Step] = []
    while node.parent is not None:
        steps.append((node.arg_key or "", node.index))
        node = node.parent
    return tuple(reversed(steps))


def node_at(tree: exp.Expression, path: TreePath) -> exp.Expression:
    for key, index in path:
        child = tree.args[key]
        tree = child if index is None else child[index]
    return tree


def mutations_of(tree: exp.Expression, seed: int) -> list[Mutation]:
    """Every mutation of a query that changes its text, no text twice, in the order of the query."""
    random_ = random.Random(seed)
    texts = sorted({node.this for node in tree.find_all(exp.Literal) if node.is_string and _is_value(node)})
    seen = {text_of(tree)}
    found = []
    for node in tree.walk(bfs=False):
        for kind, change in _changes(node, texts, random_):
            mutation = Mutation(kind, path_of(node), change)
            text = text_of(mutation.applied(tree))
            if text not in seen:
                seen.add(text)
                found.append(mutation)
    return found


def _is_value(literal: exp.Expression) -> bool:
    return not isinstance(literal.parent, NO_CONDITION)


def _changes(node: exp.Expression, texts: list[str], random_: random.Random) -> Iterator[tuple[str, Change]]:
    for other in SWAPPED.get(type(node), ()):
        yield f"{node.key} to {other.key}", _becomes(other)
    match node:
        case exp.Connector():
            yield "and/or", _becomes(exp.Or if isinstance(node, exp.And) else exp.And)
            yield "operand dropped", lambda it: it.replace(it.this)
            if not isinstance(node.this, type(node)):
                yield "operand dropped", lambda it: it.replace(it.expression)
        case exp.Is() | exp.In():
            if node.arg_key != "partition_by":
                yield "negated", _negate
            for index in range(len(node.expressions) if len(node.expressions) > 1 else 0):
                yield "value dropped", _drop("expressions", index)
        case exp.Not() if not isinstance(node.this, exp.Is | exp.In):
            yield "negation dropped", lambda it: it.replace(it.this)
        case exp.Column() if isinstance(node.parent, exp.Connector | exp.Where | exp.If) and node.arg_key != "true":
            yield "negated", _negate
        case exp.Between():
            yield "bound excluded", lambda it: it.replace(_between(it, exp.GT, exp.LTE))
            yield "bound excluded", lambda it: it.replace(_between(it, exp.GTE, exp.LT))
        case exp.Boolean():
            yield "boolean", lambda it: it.set("this", not it.this)
        case exp.Literal() if not node.is_string and node.this.isdigit():
            if not isinstance(node.parent, exp.DataType | exp.DataTypeParam | exp.Group | exp.Interval):
                yield "number + 1", lambda it: it.set("this", str(int(it.this) + 1))
                yield "number - 1", lambda it: it.set("this", str(int(it.this) - 1))
        case exp.Literal() if isinstance(node.parent, exp.Interval) and node.this.isdigit():
            yield "interval + 1", lambda it: it.set("this", str(int(it.this) + 1))
            yield "interval - 1", lambda it: it.set("this", str(int(it.this) - 1))
        case exp.Literal() if node.is_string and _is_value(node):
            siblings = [other.this for other in (node.parent.expressions if isinstance(node.parent, exp.In) else [])]
            others = [text for text in texts if text != node.this and text not in siblings]
            if others:
                yield "text", _sets("this", random_.choice(others))
        case exp.Cast() if node.is_type("date"):
            yield "a day later", lambda it: it.replace(exp.Paren(this=exp.Add(this=it.copy(), expression=exp.Literal.number(1))))
        case exp.Coalesce():
            for index in range(1 + len(node.expressions)):
                yield "coalesce argument dropped", _drop_argument(index)
        case exp.Case():
            branches = node.args["ifs"]
            for index in range(len(branches)):
                yield "branch dropped", _drop_branch(index)
            for index in range(len(branches) - 1):
                if node.this is None and not _exclude_each_other(branches[index].this, branches[index + 1].this):
                    yield "branches swapped", _swap("ifs", index)
            if node.args.get("default") is not None:
                yield "else dropped", lambda it: it.set("default", None)
        case exp.Join() if node.kind != "CROSS" and node.args.get("on"):
            yield ("left to inner", _sets("side", None)) if node.side == "LEFT" else ("inner to left", _left)
        case exp.Where() if not isinstance(node.this, exp.And):
            yield "condition dropped", lambda it: it.set("this", exp.true())
        case exp.Select() if node.args.get("distinct"):
            yield "distinct dropped", _sets("distinct", None)
        case exp.SetOperation():
            if node.args["distinct"]:
                yield "union to union all", _sets("distinct", False)
            yield "union's query dropped", _only("this")
            if not isinstance(node.this, exp.SetOperation):
                yield "union's query dropped", _only("expression")
        case exp.Ordered():
            yield "direction", lambda it: it.set("desc", not it.args.get("desc"))
        case exp.Order():
            for index in range(len(node.expressions) if len(node.expressions) > 1 else 0):
                yield "order key dropped", _drop("expressions", index)
        case exp.Window():
            for index in range(len(node.args.get("partition_by") or [])):
                yield "partition column dropped", _drop("partition_by", index)


def _becomes(other: type[exp.Expression]) -> Change:
    def change(node: exp.Expression) -> None:
        replacement = other(this=node.this, expression=node.args.get("expression"), expressions=node.args.get("expressions"))
        # Without the parentheses, `a and b` inside of `… or c` would be another tree when it is read again.
        node.replace(exp.Paren(this=replacement) if isinstance(replacement, exp.Binary) else replacement)

    return change


def _negate(node: exp.Expression) -> None:
    if isinstance(node.parent, exp.Not):
        node.parent.replace(node)
    else:
        node.replace(exp.Not(this=node.copy()))


def _only(key: str) -> Change:
    def change(node: exp.Expression) -> None:
        query = node.args[key]
        if node.args.get("with_"):
            query.set("with_", node.args["with_"])
        node.replace(query)

    return change


def _exclude_each_other(one: exp.Expression, other: exp.Expression) -> bool:
    """Whether two conditions ask the same column for different texts: their order is of no account."""
    asked = [_asked(condition) for condition in (one, other)]
    return None not in asked and asked[0][0] == asked[1][0] and not asked[0][1] & asked[1][1]


def _asked(condition: exp.Expression) -> tuple[exp.Expression, set[str]] | None:
    values = [condition.expression] if isinstance(condition, exp.EQ) else condition.expressions
    is_list = isinstance(condition, exp.EQ | exp.In) and all(isinstance(value, exp.Literal) for value in values)
    return (condition.this, {value.this for value in values}) if is_list else None


def _between(node: exp.Expression, low: type[exp.Expression], high: type[exp.Expression]) -> exp.Expression:
    above = low(this=node.this.copy(), expression=node.args["low"])
    return exp.Paren(this=exp.And(this=above, expression=high(this=node.this.copy(), expression=node.args["high"])))


def _sets(key: str, value: object) -> Change:
    return lambda node: node.set(key, value)


def _left(join: exp.Expression) -> None:
    join.set("kind", None)
    join.set("side", "LEFT")


def _drop(key: str, index: int) -> Change:
    return lambda node: node.set(key, [child for number, child in enumerate(node.args[key]) if number != index])


def _swap(key: str, index: int) -> Change:
    def change(node: exp.Expression) -> None:
        children = list(node.args[key])
        children[index], children[index + 1] = children[index + 1], children[index]
        node.set(key, children)

    return change


def _drop_argument(index: int) -> Change:
    def change(node: exp.Expression) -> None:
        rest = [argument for number, argument in enumerate([node.this, *node.expressions]) if number != index]
        node.replace(rest[0] if len(rest) == 1 else exp.Coalesce(this=rest[0], expressions=rest[1:]))

    return change


def _drop_branch(index: int) -> Change:
    def change(node: exp.Expression) -> None:
        if len(node.args["ifs"]) > 1:
            _drop("ifs", index)(node)
        else:
            node.replace(node.args.get("default") or exp.null())

    return change


def alignment(base: exp.Expression, other: exp.Expression) -> dict[TreePath, TreePath]:
    """Which node of `other` is which of `base`, for two renderings of one template under different variables."""
    pairs: dict[TreePath, TreePath] = {}
    _align(base, other, pairs)
    return pairs


def _align(base: exp.Expression, other: exp.Expression, pairs: dict[TreePath, TreePath]) -> None:
    # In another time zone, an expression stands inside of its conversion.
    while type(base) is not type(other) and isinstance(other, exp.Paren | exp.AtTimeZone):
        other = other.this
    are_values = all(isinstance(node, exp.Literal | exp.Null | exp.Boolean) for node in (base, other))
    if type(base) is not type(other) and not are_values:
        return
    pairs[path_of(base)] = path_of(other)
    if isinstance(base, exp.Table):
        return
    arms, other_arms = _arms(base), _arms(other)
    if len(arms) != len(other_arms):
        # A loop of the template ran a different number of times: only what reads the same is the same.
        texts = {_bare(arm): arm for arm in other_arms}
        for arm in arms:
            if _bare(arm) in texts:
                _align(arm, texts[_bare(arm)], pairs)
        return
    for key, value in base.args.items():
        theirs = other.args.get(key)
        if isinstance(value, exp.Expression) and isinstance(theirs, exp.Expression):
            _align(value, theirs, pairs)
        elif isinstance(value, list) and isinstance(theirs, list) and len(value) == len(theirs):
            for mine, their in zip(value, theirs, strict=True):
                if isinstance(mine, exp.Expression) and isinstance(their, exp.Expression):
                    _align(mine, their, pairs)


def _arms(node: exp.Expression) -> list[exp.Expression]:
    """The queries of a chain of unions; a query of its own is its only arm."""
    return [*_arms(node.this), *_arms(node.expression)] if isinstance(node, exp.SetOperation) else [node]


def _bare(node: exp.Expression) -> str:
    """The text of a query without the schemas of what it reads."""
    copy = node.copy()
    for table in copy.find_all(exp.Table):
        table.set("db", None)
        table.set("catalog", None)
    return copy.sql("duckdb", comments=False, identify=True)
