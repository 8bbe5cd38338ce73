"""Words for the codes of the dataset, in English and in Khmer: what a mark, a standing, a state or an answer is called.

Only words belong here; which of them is said, and when, is in `transforms.content_facts`.
"""

from __future__ import annotations

EVIDENCE: dict[str, tuple[str, str]] = {
    "S": ("a document of the Ministry", "ឯកសាររបស់ក្រសួង"),
    "D": ("a document that is held", "ឯកសារដែលមានក្នុងដៃ"),
    "R": ("a public source that is not held", "ប្រភពសាធារណៈដែលមិនមានក្នុងដៃ"),
    "U": ("general knowledge, not yet verified", "ចំណេះដឹងទូទៅ មិនទាន់បានផ្ទៀងផ្ទាត់"),
}
STATUS: dict[str, tuple[str, str]] = {
    "in_force": ("in force", "នៅជាធរមាន"),
    "signed": ("signed, not yet in force", "បានចុះហត្ថលេខា តែមិនទាន់ចូលជាធរមាន"),
    "lapsed": ("lapsed", "ផុតសុពលភាព"),
    "partly_withdrawn": ("in force, withdrawn for some goods", "នៅជាធរមាន តែដកហូតចំពោះទំនិញមួយចំនួន"),
    "unknown": ("of unknown standing", "មិនទាន់ដឹងច្បាស់ពីស្ថានភាព"),
}
HOLDING: dict[str, tuple[str, str]] = {
    "held": ("held", "មានក្នុងដៃ"),
    "partial": ("held in part", "មានក្នុងដៃមួយផ្នែក"),
    "superseded": ("held, but superseded", "មានក្នុងដៃ តែត្រូវបានជំនួសហើយ"),
    "not_held": ("not held", "មិនមានក្នុងដៃ"),
}
STATES: dict[str, tuple[str, str]] = {
    **HOLDING,
    "silent": ("nothing said", "មិនបានចែង"),
    "unknown": ("not known", "មិនទាន់ដឹង"),
    "excluded": ("excluded from preference", "មិនរាប់បញ្ចូលក្នុងអនុគ្រោះ"),
    "unbound": ("unbound", "គ្មានកាតព្វកិច្ច"),
    "not_applicable": ("not applicable", "មិនអនុវត្ត"),
    "ceiling": ("known only as a bound", "ដឹងតែកម្រិតអតិបរមា"),
    "unparsed": ("not read", "មិនទាន់បានអាន"),
    "ambiguous": ("different from line to line", "ខុសគ្នាតាមបន្ទាត់ពន្ធ"),
}
ANSWERS: dict[str, tuple[str, str]] = {
    "allowed": ("allowed", "អនុញ្ញាត"),
    "not_allowed": ("not allowed", "មិនអនុញ្ញាត"),
    "not_included": ("not included", "មិនរាប់បញ្ចូល"),
    "provided": ("provided for", "មានចែង"),
}
PLACE_WORDS = (
    (r"\bAnnex\b", "ឧបសម្ព័ន្ធ"), (r"\bAppendix\b", "បរិសិដ្ឋ"), (r"\bRules?\b", "វិធាន"), (r"\bArticles?\b", "មាត្រា"),
    (r"\bChapter\b", "ជំពូក"), (r"\bparagraph\b", "កថាខណ្ឌ"), (r"\band\b", "និង"), (r"\bto\b", "ដល់"), (r"\bor\b", "ឬ"),
    (r"\bAttachment\b", "ឯកសារភ្ជាប់"), (r"\bSection\b", "ផ្នែក"),
    (r"\bwith the final process in the exporting Party\b", "ដោយដំណាក់កាលចុងក្រោយធ្វើនៅភាគីនាំចេញ"),
    (r"\ba statement on origin by an exporter registered in\b", "សេចក្តីប្រកាសដើមកំណើតដោយអ្នកនាំចេញចុះបញ្ជីក្នុង"),
    (r"; ឬ", " ឬ"), (r"\ban origin declaration\b", "សេចក្តីប្រកាសដើមកំណើត"),
)  # fmt: skip
