"""Reading access logs for visits of crawlers, beside what people use for it: advertools and GoAccess."""
