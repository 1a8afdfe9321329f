"""The crawl report: one self-contained HTML file, a workbook with the columns that SEO staff know, CSV, JSON."""

from seo.report.document import crawl_document
from seo.report.tables import crawl_tables
from seo.report.write import REPORT_FORMATS, report_json, write_report

__all__ = ["REPORT_FORMATS", "crawl_document", "crawl_tables", "report_json", "write_report"]
