"""Demo data: the files of a help desk that exists nowhere, told in SQL as a list of stories."""
