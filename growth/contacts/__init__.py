"""Contacts: people, the keys that name them, merges, consent, suppression, segments, import, export, erasure."""

from growth.contacts.address import BadAddress, Medium, domain_of, normal_address, normal_email, normal_phone, read_address
from growth.contacts.consent import Purpose, Statement, consent_history, consent_of, record_consent
from growth.contacts.importing import ColumnRefused, ImportResult, import_contacts
from growth.contacts.keeping import Outcome, remember
from growth.contacts.merging import CannotUndo, merge_contacts, undo_merge
from growth.contacts.person import (
    ContactView,
    PersonFacts,
    UnknownContact,
    all_ids,
    contact,
    contact_of_key,
    contacts,
    find_contact,
    keys_of,
)
from growth.contacts.rows import COLUMNS, Rejection, RowFault
from growth.contacts.suppression import (
    SuppressionReason,
    address_index,
    lift_by_confirmation,
    suppress,
    suppressed,
    suppression_counts,
    suppression_of,
)

__all__ = [
    "COLUMNS",
    "BadAddress",
    "CannotUndo",
    "ColumnRefused",
    "ContactView",
    "ImportResult",
    "Medium",
    "Outcome",
    "PersonFacts",
    "Purpose",
    "Rejection",
    "RowFault",
    "Statement",
    "SuppressionReason",
    "UnknownContact",
    "address_index",
    "all_ids",
    "consent_history",
    "consent_of",
    "contact",
    "contact_of_key",
    "contacts",
    "domain_of",
    "find_contact",
    "import_contacts",
    "keys_of",
    "lift_by_confirmation",
    "merge_contacts",
    "normal_address",
    "normal_email",
    "normal_phone",
    "read_address",
    "record_consent",
    "remember",
    "suppress",
    "suppressed",
    "suppression_counts",
    "suppression_of",
    "undo_merge",
]
