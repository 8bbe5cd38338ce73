"""The rules that data is held to: what each means, how grave its failure is, and what to do about one.

This is the vocabulary of judging. How a rule is judged stands in `validations.suites` (columns of one table) and in
the modules by theme (rules across tables); `tests/validations` has a fixture that makes each of them fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["E", "W", "I"]
Theme = Literal["structure", "coverage", "rates", "origin", "agreement", "conversion", "release", "prose"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue.

    Attributes:
        id: as cited, `C01` to `C56`.
        severity: `E` blocks the release (or, by quarantine, the schedule), `W` is shown, `I` informs.
        title: what holds when the rule is kept.
        meaning: why it matters to a reader of the data.
        remedy: what to do when it fails.
    """

    id: str
    severity: Severity
    theme: Theme
    title: str
    meaning: str
    remedy: str


SOURCE = "Compare the row with its page in the document; mend it in corrections.yml, or mend the reader."
YAML = "Mend the description in sources/."

CATALOGUE: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("C01", "E", "structure", "keys are unique", "Two rows of one key are two answers to one question.",
             "Find what the document prints twice, or what was read twice. " + SOURCE),
        Rule("C02", "E", "structure", "rates stand only on declarable lines",
             "A rate on a line that has lines under it would be counted twice, or be nobody's.",
             "Let the lines below inherit it, and drop it from the line above."),
        Rule("C03", "E", "structure", "every line and every reference exists where it says",
             "A rate for a line that no nomenclature knows can be asked for by nobody.",
             "Check the code against the nomenclature; an unknown code is a slip of reading or needs a correction."),
        Rule("C04", "E", "structure", "every period has dates, and begins before it ends",
             "A period that ends before it begins holds on no day.", SOURCE),
        Rule("C05", "E", "structure", "periods do not overlap", "On a day that two periods share, the rate is unknown.",
             "Two rows give the line a rate on one day. " + SOURCE),
        Rule("C06", "E", "structure", "every node of a nomenclature has its parent, one level above",
             "A subheading without its heading is in no list that a trader reads.", "Mend the nomenclature's source."),
        Rule("C07", "E", "structure", "codes are text of the right length",
             "A code that became a number lost its leading zero, and names other goods.",
             "Read the column as text; check the nomenclature's number of digits in nomenclatures.yml."),
        Rule("C08", "E", "structure", "every row has the cells that its header promises",
             "A row with a cell too few has its values in the wrong columns.", SOURCE),
        Rule("C09", "E", "structure", "every fact leads to a row of a document whose hash is right",
             "A number without its page cannot be checked by anybody.",
             "Refresh the source; where its file was replaced, accept the new one with `ftadata sources add`."),
        Rule("C10", "E", "structure", "what a cell says is what its state says",
             "Zero, excluded, unbound and not held are four different answers, and null is never a rate.",
             "Check the words of the schedule's `duty` in schedules.yml against the document."),
        Rule("C11", "E", "structure", "every row read is accounted for",
             "Rows read = lines + headings + continuations + rejected, page by page: nothing is lost on the way.",
             "Look at the page named; a pattern in the document's `roles` misses its rows."),
        Rule("C12", "E", "coverage", "a full schedule has every chapter of the HS",
             "A missing chapter is a part of the document that was not read.", "Look for the chapter's pages."),
        Rule("C13", "E", "coverage", "control totals are met", "The document itself says how much there is.",
             "Look for what is missing or double in `rejected_row` and in the row accounts."),
        Rule("C14", "E", "coverage", "every line has one MFN rate where an MFN source is held",
             "A margin of preference needs exactly one MFN rate.", SOURCE),
        Rule("C15", "E", "coverage", "every line of a full schedule has a concession or an exclusion",
             "A line without an answer in a full schedule is a line that was lost.",
             "Look at the line's row in the document and in `rejected_row`."),
        Rule("C16", "E", "coverage", "every subheading resolves to exactly one rule of origin, or to the general rule",
             "A trader must be told which rule applies, and told when that is in doubt.",
             "Check the ranges of the rules named; where the document itself is in doubt, publish it as ambiguous."),
        Rule("C17", "W", "coverage", "nothing that the last release held is gone",
             "A line that vanishes is more often lost than repealed; over 1 % of a schedule blocks.",
             "Compare the document with the one before; say in a decision that the lines were repealed."),
        Rule("C18", "E", "coverage", "what is said in English is said in Khmer",
             "The data serve traders and officials who read Khmer.", "Write the Khmer text."),
        Rule("C19", "W", "rates", "a preference is not above MFN",
             "Where MFN is lower, MFN applies; the preference is shown as printed, never clipped.",
             "Tell the reader that the lower MFN rate applies; check both rows."),
        Rule("C20", "W", "rates", "no preferential rate rises", "Tariff elimination goes down.", SOURCE),
        Rule("C21", "E", "rates", "the last period of a full schedule is where its category ends",
             "A staging that stops early promises a duty that the agreement removes.",
             "Check the category's rule in regime.yml against the agreement's text."),
        Rule("C22", "E", "rates", "printed rates are the category applied to the base rate, to 0.05 point",
             "Two statements of one document must not differ.", SOURCE),
        Rule("C23", "E", "rates", "every category is known", "An unknown category has no dates and no rates.",
             "Describe the category, with its article and page, under `staging` in regime.yml or schedules.yml."),
        Rule("C24", "E", "rates", "excluded lines carry no rate",
             "A rate on an excluded line promises what is not given.", SOURCE),
        Rule("C25", "W", "rates", "the base rate is what the schedule says it is",
             "A base rate that is said to be MFN must be MFN.", "Compare the MFN tariff of that date."),
        Rule("C26", "E", "rates", "ad valorem rates lie between 0 and 1,000 %, base rates in the importer's bands",
             "A rate outside is nearly always a slip of reading; a base rate outside the bands is a warning.", SOURCE),
        Rule("C27", "E", "rates", "every duty reads and prints back the same",
             "A duty that cannot be read again was not understood.", "Mend the duty's grammar, or leave it text_only."),
        Rule("C28", "W", "rates", "one base rate in one category goes one way",
             "Two paths for one base and category mean that a row was misread or is an exception.", SOURCE),
        Rule("C30", "E", "origin", "thresholds in the rule are the numbers in its text",
             "A misread threshold makes goods originate that do not.", SOURCE),
        Rule("C31", "E", "origin", "closed vocabularies are kept",
             "A word outside the vocabulary is understood by no reader of the data.",
             "Use a word of the vocabulary (DATA_DICTIONARY.md), or add it there on purpose."),
        Rule("C32", "E", "origin", "ranges of de minimis do not overlap within a basis",
             "Two tolerances for one product leave the trader to choose.", SOURCE),
        Rule("C33", "W", "origin", "rules and tariff stand in one HS edition",
             "A rule in another edition needs conversion; both editions are shown.",
             "Nothing to mend where the agreement has it so; ask for the transposed rules."),
        Rule("C34", "E", "origin", "no fewer rules are read fully than in the last release",
             "Reading must not get worse unseen.", "Look at the rules that changed with `ftadata review`."),
        Rule("C38", "E", "agreement", "nothing is in force before it is signed, no party before its agreement",
             "A date out of order is a date misread.", YAML),
        Rule("C39", "E", "agreement", "no rate begins before the agreement is in force",
             "A rate nobody could claim must not be shown.", "Check the dates in regime.yml and year one of staging."),
        Rule("C40", "E", "agreement", "the form of an agreement follows from its parties",
             "Bilateral and plurilateral are counted, not written by hand.", YAML),
        Rule("C41", "E", "prose", "every country that prose names as a partner is one",
             "Prose that lists partners drifts away from the data.", "Mend the text, or add the party to regime.yml."),
        Rule("C42", "W", "agreement", "no disagreement of sources waits for a decision",
             "Where sources disagree both are published until somebody decides.", "Record it with `ftadata decide`."),
        Rule("C43", "E", "agreement", "provisions in prose are the provisions in data",
             "A trader who reads another number than the table has claims wrongly.",
             "Mend the words or the number in provisions.yml against the article."),
        Rule("C44", "E", "conversion", "every HS 2022 code stands in every converted full schedule, and no orphan",
             "A code left out reads as `no preference`, which is never what was meant.",
             "Check the correlation tables for the code; a code without a line is `not_held` with `no_line`."),
        Rule("C45", "E", "conversion", "ambiguous rows say why, and from what",
             "Null without its reason and contributors cannot be decided by anybody.",
             "Mend the conversion; every ambiguous row needs a reason and its contributors."),
        Rule("C46", "W", "conversion", "our transposition is the party's own",
             "The party's own HS 2022 schedule wins; ours is then a check of it.", "Compare the subheading's lines."),
        Rule("C50", "E", "release", "SQLite, Parquet and CSV say the same",
             "A reader must get the same answer from each format.", "Write the release again; report it as a fault."),
        Rule("C51", "I", "release", "the coverage matrix says what is held",
             "What is not held is said, for every agreement and subject.", "Mend `coverage` in regime.yml."),
        Rule("C52", "E", "prose", "every reference and link of prose leads to something that is published",
             "Words that rest on a row which is gone say what nobody can check; the piece would be left out.",
             "Mend the reference in the file named; docs/content.md lists what can be said."),
        Rule("C53", "E", "prose", "prose states no number, date, party, agreement or form by hand",
             "A fact written by hand stays as it is when the data changes.",
             "Put a reference in its place (docs/content.md), or give the name its reason in content/allowed.yml."),
        Rule("C54", "E", "prose", "of the two languages of a piece, neither is longer than twice the other",
             "A half that is much shorter leaves out what the other says.", "Write out the shorter half."),
        Rule("C55", "E", "prose", "the English of a piece can be read by a small business",
             "Traders fail on words before they fail on rates.", "Shorten the sentences; take plainer words."),
        Rule("C56", "E", "prose", "Khmer is spelt and encoded as it should be, and a line can break in it",
             "Signs out of order cannot be searched, and a line that cannot break runs off a telephone's screen.",
             "Mend the words named; `make khmer` puts in the places where a line may break."),
    )
}  # fmt: skip
"""Every rule by id. C50 is judged by the publisher on the files it staged (`validations.release.formats_agree`)."""
