from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from strawberry.printer import print_schema

from config.schema import schema


class Command(BaseCommand):
    help = "Print the GraphQL schema, write it to a file, or check that a file is up to date."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--path", type=Path, help="file to write; left out: standard output")
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the file differs")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path | None = options["path"]
        text = print_schema(schema) + "\n"
        if options["check"]:
            if path is None:
                raise CommandError("--check needs --path, the file to compare with.")
            if not path.exists() or path.read_text() != text:
                raise CommandError(f"{path} is not the schema as it is now; write it with: manage.py export_schema")
        elif path is None:
            self.stdout.write(text, ending="")
        else:
            path.write_text(text)
