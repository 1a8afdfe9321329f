"""Access logs of web servers, read line by line: for visits where the script is not, and (by the SEO app) for what crawlers ask for."""

from growth.traffic.serverlog.file import Log, LogUnreadable, Part, open_log
from growth.traffic.serverlog.line import LONGEST_LINE, IPAddress, LogLine, Reading, read_line

__all__ = ["LONGEST_LINE", "IPAddress", "Log", "LogLine", "LogUnreadable", "Part", "Reading", "open_log", "read_line"]
