"""Recurring revenue: the oracle on examples worked out by hand, the models against it, and what must hold on any input."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from contract_builds import AS_OF, MARTS, JudgedContracts
from contract_comparison import RENEWAL, RETENTION
from contract_judging import PERIOD, Judgement, compare_mart, has_ended, is_void, report_contracts
from contract_oracle import ContractOracle
from harness import Difference
from revenue_comparison import COHORT, compare_revenue, compare_values
from revenue_marts import ACCOUNTS, CLOSINGS, COHORT_RATES, OPENINGS, SUFFIXES, WATERFALL, WATERFALL_RATES
from revenue_oracle import monthly_amount, term_months
from vocabulary import Policies, Row

Built = Callable[[str], JudgedContracts]
AMOUNTS_PER_MONTH = tuple(name for name in WATERFALL if name not in (*OPENINGS, *CLOSINGS))
SURVIVAL = ("retention_survival", "renewal_survival")


def revenue(as_of: str, *charges: str, rates: str = "") -> Judgement:
    """One contract without an end per account; charges written as `account start..end amount`, with quantity and currency."""
    rows, accounts = [], set()
    for number, text in enumerate(charges):
        account, dates, amount, *more = text.split()
        start, end = dates.split("..")
        row: Row = {"charge_id": str(number), "contract_id": account, "starts_on": date.fromisoformat(start)}
        row |= {"ends_on": date.fromisoformat(end) if end else None, "amount": Decimal(amount), "billing_period": "month"}
        row |= {"currency": "usd", **dict(word.split("=") for word in more)}
        row["quantity"] = Decimal(row["quantity"]) if "quantity" in row else None
        rows.append(row)
        accounts.add(account)
    shared = {"starts_on": date(2024, 1, 1), "is_support_entitled": True}
    contracts = [{"contract_id": account, "account_id": account, **shared} for account in sorted(accounts)]
    days = [text.split() for text in rates.split(",") if text]
    moving = [{"currency": c, "rate_on": date.fromisoformat(on), "rate": Decimal(rate)} for c, on, rate in days]
    tables = {"contracts": contracts, "contract_charges": rows, "exchange_rates": moving}
    return Judgement(ContractOracle(tables, Policies(as_of=date.fromisoformat(as_of)), {}))


def test_the_three_rates_of_the_definitions() -> None:
    """100 + 45 new + 5 expansion - 25 churn - 5 contraction: 120 % with new customers, 75 % net, 70 % gross."""
    opening = [
        "grows 2024-01-01.. 20",
        "shrinks 2024-01-01..2024-12-30 40",
        "stays 2024-01-01.. 15",
        "goes 2024-01-01..2024-12-30 25",
    ]
    changes = ["grows 2024-12-31.. 5", "shrinks 2024-12-31.. 35", "comes 2024-12-31.. 45"]
    judgement = revenue("2024-12-31", *opening, *changes)
    year = {period: row.sums for period, row in judgement.recurring_revenue.items() if period.start == date(2024, 12, 1)}
    row = next(row for period, row in year.items() if period.segment_by == "all" and period.grain == "month")
    assert row["recurring_revenue"] / row["recurring_revenue_opening"] == Decimal("1.2")
    cohort = next(row.sums for period, row in judgement.net_recurring_revenue.items() if period.start == date(2024, 12, 1))
    assert cohort["value_now_1_month"] / cohort["base_value_1_month"] == Decimal("0.75")
    assert cohort["kept_value_1_month"] / cohort["base_value_1_month"] == Decimal("0.7")


def test_rates_are_fx_and_quantities_are_volume() -> None:
    """Ten units at 10 euros become twelve at 11 while the euro rises from 1.00 to 1.10."""
    charges = ["a 2024-01-01..2024-01-31 100 quantity=10 currency=eur", "a 2024-02-01.. 132 quantity=12 currency=eur"]
    judgement = revenue("2024-02-29", *charges, rates="eur 2024-01-31 1,eur 2024-02-29 1.1")
    row = judgement.revenue.entities["all", "all", "a"][date(2024, 2, 1)]
    assert (row.opening, row.fx, row.movement, row.closing) == (100, 10, "expansion", Decimal("145.20"))
    assert (row.volume, row.price, row.unsplit) == (22, Decimal("13.20"), 0)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2024-01-31", "2024-02-28", 1),  # a month of a leap year's January ends on the day before 29 February
        ("2024-01-31", "2024-02-29", 1 + Fraction(1, 29)),
        ("2023-01-31", "2023-02-27", 1),
        ("2024-02-29", "2025-02-27", 12),
        ("2024-03-15", "2024-03-24", Fraction(10, 31)),
        ("2024-01-15", "2025-01-24", 12 + Fraction(10, 31)),
    ],
)
def test_months_of_a_term(start: str, end: str, months: Fraction | int) -> None:
    charge = {"starts_on": date.fromisoformat(start), "ends_on": date.fromisoformat(end), "billing_period": "term"}
    assert term_months(charge) == months
    assert abs(monthly_amount({**charge, "amount": Decimal(100)}) - Decimal(100) / Decimal(float(months))) < Decimal("1e-7")


def test_models_and_oracle_agree_at_a_later_as_of(contract_build: Built) -> None:
    judged = contract_build("later")
    judgement, build, ended = judged.judgement, judged.build(), has_ended(judged.judgement, 0)
    differences = [
        *compare_mart("retention", judgement.retention, RETENTION, {}, ended, build.rows("marts.retention")),
        *compare_mart(
            "contract_renewal",
            judgement.contract_renewal,
            RENEWAL,
            {},
            has_ended(judgement, 1),
            build.rows("marts.contract_renewal"),
        ),
        *compare_mart(
            "waterfall", judgement.recurring_revenue, WATERFALL, WATERFALL_RATES, ended, build.rows("marts.recurring_revenue")
        ),
        *compare_mart(
            "cohorts", judgement.net_recurring_revenue, COHORT, COHORT_RATES, ended, build.rows("marts.net_recurring_revenue")
        ),
    ]
    assert not differences, report_contracts(differences, judged.tables)


@pytest.mark.parametrize("name", ["auckland", "utc"])
def test_models_agree_with_the_oracle(name: str, contract_build: Built) -> None:
    judged = contract_build(name)
    differences = compare_revenue(judged.judgement, judged.build())
    assert not differences, report_contracts(differences, judged.tables)


def test_later_as_of_changes_no_complete_period(contract_build: Built) -> None:
    changed: list[Difference] = []
    open_cells: set[tuple[object, ...]] = set()  # of all marts: only losses that are sure have a row in churn_reasons
    new: list[Difference] = []
    for mart in MARTS:
        if mart in SURVIVAL:
            continue
        more = ("churn_reason",) if mart == "churn_reasons" else ()
        before, after = (
            {tuple(row[name] for name in (*PERIOD, *more)): row for row in contract_build(name).build().rows(f"marts.{mart}")}
            for name in ("utc", "later")
        )
        complete = [key for key, row in before.items() if row["is_complete"]]
        assert len(complete) > 100, mart
        changed += [Difference(mart, key, before[key], after.get(key)) for key in complete if before[key] != after.get(key)]
        open_cells |= {key[: len(PERIOD)] for key, row in before.items() if not row["is_complete"]}
        new += [
            Difference(f"new row in {mart}", key, None, row)
            for key, row in after.items()
            if key not in before and key[2] < AS_OF and not is_empty(row)
        ]
    changed += [difference for difference in new if difference.key[: len(PERIOD)] not in open_cells]  # type: ignore[index]
    assert not changed, "\n".join([f"{len(changed)} changed", *map(str, changed[:8])])


def is_empty(row: Row) -> bool:
    """Whether a row of a mart counts nothing: amounts and counts are zero, rates are NULL."""
    return is_void(
        value for name, value in row.items() if name not in (*PERIOD, "is_complete", "churn_reason") and "target" not in name
    )


def total(row: Row, *names: str) -> Decimal:
    return sum((row[f"recurring_revenue_{name}"] for name in names), Decimal(0))


@pytest.mark.parametrize("name", ["utc", "auckland", "later"])
def test_identity_of_recurring_revenue(name: str, contract_build: Built) -> None:
    rows = contract_build(name).build().rows("marts.recurring_revenue")
    closings: dict[tuple[object, ...], Row] = {
        (row["period_grain"], row["period_end"], row["segment_by"], row["segment"]): row for row in rows
    }
    for row in rows:
        gained = total(row, "opening", "new", "reactivation", "expansion", "fx", "transfer_in")
        assert gained - total(row, "contraction", "churn", "transfer_out") == row["recurring_revenue"], row
        assert total(row, "volume", "price", "unsplit") == total(row, "expansion") - total(row, "contraction"), row
        before = closings.get((row["period_grain"], row["period_start"] - timedelta(days=1), row["segment_by"], row["segment"]))
        assert row["recurring_revenue_opening"] == (before["recurring_revenue"] if before else 0), row
        if row["segment_by"] in ("all", "product", "contract_type"):
            assert total(row, "transfer_in") == total(row, "transfer_out") == 0


@pytest.mark.parametrize("name", ["utc", "auckland", "later"])
def test_identity_of_every_account_month(name: str, contract_build: Built) -> None:
    for relation, key in (("", ("account_id",)), ("_parts", ("segment_by", "segment", "account_id"))):
        closings: dict[tuple[object, ...], Decimal] = {}
        rows = contract_build(name).build().rows(f"facts.fct_recurring_revenue{relation}")
        for row in sorted(rows, key=lambda row: row["month_start"]):
            entity = tuple(row[column] for column in key)
            amounts = {column.removesuffix("_value"): value for column, value in row.items() if column.endswith("_value")}
            gained = sum(amounts[column] for column in ("opening", "new", "reactivation", "expansion", "fx"))
            assert gained - amounts["contraction"] - amounts["churn"] == amounts["closing"], row
            assert amounts["opening"] == closings.get(entity, 0), row
            closings[entity] = amounts["closing"]


@pytest.mark.parametrize("name", ["utc", "auckland", "later"])
def test_gross_rate_is_at_most_the_net_rate_and_one(name: str, contract_build: Built) -> None:
    rows = contract_build(name).build().rows("marts.net_recurring_revenue")
    seen = 0
    for row in rows:
        for months in SUFFIXES:
            suffix = "" if months == 12 else SUFFIXES[months]
            net, gross = row[f"net_recurring_revenue_rate{suffix}"], row[f"gross_recurring_revenue_rate{suffix}"]
            assert (net is None) == (gross is None), row
            if net is not None:
                seen += 1
                assert 0 <= gross <= min(1, net) + 1e-12, row
    assert seen > 1000


def sums(rows: Iterable[Row], names: tuple[str, ...], key: Callable[[Row], object]) -> dict[object, list[object]]:
    found: dict[object, list[object]] = defaultdict(lambda: [0] * len(names))
    for row in rows:
        found[key(row)] = [old + (row[name] or 0) for old, name in zip(found[key(row)], names, strict=True)]  # type: ignore[operator]
    return {group: values for group, values in found.items() if any(values)}


@pytest.mark.parametrize(
    ("mart", "names"),
    [
        ("contract_renewal", RENEWAL),
        ("recurring_revenue", AMOUNTS_PER_MONTH),
        ("churn_reasons", ("churned_accounts", "recurring_revenue_churn")),
    ],
)
def test_months_sum_to_quarters_and_years(mart: str, names: tuple[str, ...], contract_build: Built) -> None:
    rows = contract_build("utc").build().rows(f"marts.{mart}")
    for grain, months in (("quarter", 3), ("year", 12)):

        def period(row: Row, months: int = months) -> object:
            start = row["period_start"].replace(month=(row["period_start"].month - 1) // months * months + 1)
            return start, row["segment_by"], row["segment"], row.get("churn_reason")

        by_month = sums((row for row in rows if row["period_grain"] == "month"), names, period)
        assert by_month == sums((row for row in rows if row["period_grain"] == grain), names, period)
        assert len(by_month) > 40


@pytest.mark.parametrize(
    ("mart", "names", "has_parts"),
    [
        ("contract_renewal", RENEWAL, True),
        ("retention", RETENTION, False),
        (
            "recurring_revenue",
            ("recurring_revenue", "recurring_revenue_opening", *ACCOUNTS.values(), "recurring_revenue_fx"),
            False,
        ),
        ("net_recurring_revenue", COHORT, False),
    ],
)
def test_segments_sum_to_the_total(mart: str, names: tuple[str, ...], has_parts: bool, contract_build: Built) -> None:
    rows = contract_build("utc").build().rows(f"marts.{mart}")

    def period(row: Row) -> object:
        return row["period_grain"], row["period_start"]

    total_rows = sums((row for row in rows if row["segment_by"] == "all"), names, period)
    segments = {row["segment_by"] for row in rows} - {"all"}
    assert segments == {"account_segment", "region", "industry", "size_band", "product", "contract_type"}
    for segment_by in segments if has_parts else segments - {"product", "contract_type"}:
        assert sums((row for row in rows if row["segment_by"] == segment_by), names, period) == total_rows, segment_by


def test_comparison_reports_one_wrong_value(contract_build: Built) -> None:
    judged = contract_build("utc")
    judgement, build = judged.judgement, judged.build()
    ended, mart = has_ended(judgement, 0), judgement.recurring_revenue
    checks: list[tuple[str, str, Callable[[list[Row]], list[Difference]]]] = [
        ("facts.fct_recurring_values", "local_value", lambda rows: compare_values(judgement, rows)),
        (
            "marts.recurring_revenue",
            "recurring_revenue_fx",
            lambda rows: compare_mart("", mart, WATERFALL, WATERFALL_RATES, ended, rows),
        ),
    ]
    for relation, column, check in checks:
        rows = build.rows(relation)
        honest = len(check(rows))
        victim = next(row for row in rows if row[column])
        victim[column] += Decimal("0.01")
        found = check(rows)
        assert len(found) > honest, relation
        assert report_contracts(found, judged.tables)
        rows.remove(victim)
        assert len(check(rows)) > honest, f"a missing row of {relation}"
