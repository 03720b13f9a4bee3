"""Answers to files and streams: exact values in every format, whole files or none."""

from casemart.export.answers import Source, export_all, write
from casemart.export.files import Place, destination, new_file, staged_folder, standard_output
from casemart.export.forms import COMPRESSED, DATA, check_excel, choose_format
from casemart.export.markdown import print_markdown
from casemart.export.text import FORMATS, json_text, timestamp_text, write_csv, write_json

__all__ = [
    "COMPRESSED",
    "DATA",
    "FORMATS",
    "Place",
    "Source",
    "check_excel",
    "choose_format",
    "destination",
    "export_all",
    "json_text",
    "new_file",
    "print_markdown",
    "staged_folder",
    "standard_output",
    "timestamp_text",
    "write",
    "write_csv",
    "write_json",
]
