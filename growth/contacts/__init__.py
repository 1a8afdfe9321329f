"""Contacts: people, the keys that name them, merges, consent, suppression, segments, import, export, erasure."""

from growth.contacts.address import BadAddress, Medium, domain_of, normal_address, normal_email, normal_phone, read_address
from growth.contacts.consent import Purpose, Statement, consent_history, consent_of, count_refusals, record_consent
from growth.contacts.erasing import Certificate, PersonalData, erase_contact, export_person
from growth.contacts.exporting import ReasonMissing, export_columns, export_contacts, export_rows, list_contacts
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
    contacts_with,
    find_contact,
    keys_of,
    live_id,
)
from growth.contacts.reach import Barrier, barriers, note_sent, reach_query
from growth.contacts.rows import COLUMNS, Rejection, RowFault, fault_words
from growth.contacts.segments import UnknownSegment, count_segment, segment_named, segment_query
from growth.contacts.settings import Condition, Segment, SegmentsFile, check_segment, named_segments
from growth.contacts.suppression import (
    SuppressionReason,
    address_index,
    count_suppressed,
    lift_by_confirmation,
    suppress,
    suppressed,
    suppression_counts,
    suppression_of,
)
from growth.contacts.traces import Merge, merges, note_visits

__all__ = [
    "COLUMNS",
    "BadAddress",
    "Barrier",
    "CannotUndo",
    "Certificate",
    "ColumnRefused",
    "Condition",
    "ContactView",
    "ImportResult",
    "Medium",
    "Merge",
    "Outcome",
    "PersonFacts",
    "PersonalData",
    "Purpose",
    "ReasonMissing",
    "Rejection",
    "RowFault",
    "Segment",
    "SegmentsFile",
    "Statement",
    "SuppressionReason",
    "UnknownContact",
    "UnknownSegment",
    "address_index",
    "all_ids",
    "barriers",
    "check_segment",
    "consent_history",
    "consent_of",
    "contact",
    "contact_of_key",
    "contacts",
    "contacts_with",
    "count_refusals",
    "count_segment",
    "count_suppressed",
    "domain_of",
    "erase_contact",
    "export_columns",
    "export_contacts",
    "export_person",
    "export_rows",
    "fault_words",
    "find_contact",
    "import_contacts",
    "keys_of",
    "lift_by_confirmation",
    "list_contacts",
    "live_id",
    "merge_contacts",
    "merges",
    "named_segments",
    "normal_address",
    "normal_email",
    "normal_phone",
    "note_sent",
    "note_visits",
    "reach_query",
    "read_address",
    "record_consent",
    "remember",
    "segment_named",
    "segment_query",
    "suppress",
    "suppressed",
    "suppression_counts",
    "suppression_of",
    "undo_merge",
]
