"""Traffic and attribution: imports, the collector, reports, beside what one would use instead."""
