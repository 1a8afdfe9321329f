"""A section: what one room has to say in a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from growth.language import Text
from growth.reporting.chart import Chart
from growth.reporting.figure import Figure
from growth.reporting.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A problem or a proposal in one sentence, with what it costs and what to do; `link` is the page that settles it.

    `proposal` puts it among the proposals of the operations report, with the numbers of `evidence` it stands on.
    """

    text: str
    severity: str = "notice"
    mend: str = ""
    link: str = ""
    proposal: bool = False
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`sentence` says how things stand, in words; figures, one chart and tables follow. `order` sorts sections of a report."""

    id: str
    title: Text | str
    sentence: str = ""
    figures: Sequence[Figure] = ()
    chart: Chart | None = None
    tables: Sequence[Table] = ()
    notes: Sequence[Note] = ()
    order: int = 100

    def as_json(self) -> dict[str, object]:
        """``{"id","figures","rows"}``: `rows` are those of the first table, `tables` all of them by id."""
        document: dict[str, object] = {
            "id": self.id,
            "title": str(self.title),
            "figures": [figure.as_json() for figure in self.figures],
            "rows": self.tables[0].as_json() if self.tables else [],
        }
        if self.sentence:
            document["sentence"] = self.sentence
        if len(self.tables) > 1:
            document["tables"] = {table.id: table.as_json() for table in self.tables}
        if self.notes:
            document["notes"] = [{"severity": note.severity, "text": note.text, "mend": note.mend} for note in self.notes]
        return document


def merged(sections: Iterable[Section]) -> list[Section]:
    """Sections in order, those of one id made one: what a second room says of the same thing follows what the first said.

    A table whose id is taken gets a number behind it, so that no id stands twice in a document.
    """
    found: dict[str, Section] = {}
    for section in sorted(sections, key=lambda section: section.order):
        first = found.get(section.id)
        if first is None:
            found[section.id] = section
            continue
        taken = {table.id for table in first.tables}
        later = [replace(table, id=_free(table.id, taken)) for table in section.tables]
        found[section.id] = replace(
            first,
            sentence=" ".join(filter(None, (first.sentence, section.sentence))),
            figures=[*first.figures, *section.figures],
            chart=first.chart or section.chart,
            tables=[*first.tables, *later],
            notes=[*first.notes, *section.notes],
        )
    return list(found.values())


def _free(id: str, taken: set[str]) -> str:
    name, number = id, 2
    while name in taken:
        name, number = f"{id}-{number}", number + 1
    taken.add(name)
    return name
