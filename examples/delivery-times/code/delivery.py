"""How long deliveries took, by carrier. The flow calls `summarise` with all of its names."""

import statistics
from datetime import date


def days_between(sent: str, arrived: str) -> int:
    """Whole days between two ISO dates."""
    return (date.fromisoformat(arrived) - date.fromisoformat(sent)).days


class Carrier:
    """Deliveries of one carrier."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.days: "list[int]" = []

    def as_record(self, late_after: int) -> dict:
        """What the report shows of the carrier."""
        late = sum(1 for days in self.days if days > late_after)
        return {
            "carrier": self.name,
            "deliveries": len(self.days),
            "median_days": statistics.median(self.days),
            "late_percent": round(100 * late / len(self.days)),
        }


def summarise(context: dict) -> list:
    """One record for each carrier, the quickest first."""
    carriers: "dict[str, Carrier]" = {}
    for row in context["deliveries"]:
        carrier = carriers.setdefault(row["carrier"], Carrier(row["carrier"]))
        carrier.days.append(days_between(row["sent"], row["arrived"]))
    late_after = context["inputs"]["late_after"]
    records = [carrier.as_record(late_after) for carrier in carriers.values()]
    return sorted(records, key=lambda record: (record["median_days"], record["carrier"]))
