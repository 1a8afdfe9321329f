"""Sites with faults, as data: what each resource answers, and what the audit must say of it (compared as a subset)."""
