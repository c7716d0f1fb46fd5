"""What newer releases of the anchors have that `tests/data/anchors.yaml` does not map.

    .venv/bin/python benchmarks/anchors.py [NAME=FOLDER ...]

Packages are fetched by pip and npm, in the newest release; a test holds the mapping against those
that are installed. The examples of aws-lambda-go (`events/testdata`) and powertools
(`tests/events`) and the types of google-cloudevents (`proto`) are in no package: name the folder of
a checkout. Exits with 1 when something is not mapped.
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
MAPPING = ROOT / "tests" / "data" / "anchors.yaml"
_EVENT = re.compile(r"""defineFunctionEvent(?:Properties)?\(\s*['"]aws['"],\s*['"](\w+)""")
_CLOUD_EVENT = re.compile(r'cloud_event_type\)\s*=\s*"([\w.]+)"')


def _text(folder: Path, pattern: str) -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted(folder.rglob(pattern)))


def sam_examples(folder: Path) -> set[str]:
    """service/event of `sam local generate-event`."""
    mapping = json.loads(_text(folder, "generated_sample_events/event-mapping.json"))
    return {f"{service}/{event}" for service, events in mapping.items() for event in events}


def sam_events(folder: Path) -> set[str]:
    """Types of a function's Events that the translator resolves."""
    source = _text(folder, "model/eventsources/*.py")
    return set(re.findall(r'resource_type = "(\w+)"', source))


def types(folder: Path) -> set[str]:
    """Modules of @types/aws-lambda's triggers."""
    trigger = next(folder.rglob("trigger"))
    files = trigger.rglob("*.d.ts")
    return {f.relative_to(trigger).as_posix().removesuffix(".d.ts") for f in files}


def serverless(folder: Path) -> set[str]:
    """Keys of `events:` that the framework's own plugins define."""
    return set(_EVENT.findall(_text(folder, "events/**/*.js")))


def google(folder: Path) -> set[str]:
    """Types of CloudEvents that the protocol buffers name."""
    return set(_CLOUD_EVENT.findall(_text(folder, "*.proto")))


def google_legacy(folder: Path) -> set[str]:
    """Background events that the framework converts."""
    source = _text(folder, "event_conversion.py").partition("_BACKGROUND_TO_CE_TYPE")[2]
    return set(re.findall(r'"([\w./]+)":', source.partition("}")[0]))


def azure(folder: Path) -> set[str]:
    """Types of triggers."""
    return set(re.findall(r'"(\w+Trigger)"', _text(folder, "decorators/constants.py")))


def cloudflare(folder: Path) -> set[str]:
    """Handlers of a Worker and of a Durable Object."""
    source = (next(folder.rglob("package")) / "index.d.ts").read_text(encoding="utf-8")
    found: set[str] = set()
    for name in (r"interface ExportedHandler<", r"interface DurableObject \{"):
        body = re.split(name, source, maxsplit=1)[-1].partition("\n}")[0]
        found |= set(re.findall(r"^  (\w+)\?", body, re.M))
    return found


def examples(folder: Path) -> set[str]:
    """Files of JSON, by their names."""
    return {path.stem for path in folder.glob("*.json")}


# anchor -> (client, package, reader); without a package a folder is named.
ANCHORS: Mapping[str, tuple[str, str, Callable[[Path], set[str]]]] = {
    "sam-generate-event": ("pip", "aws-sam-cli", sam_examples),
    "sam-events": ("pip", "aws-sam-translator", sam_events),
    "types-aws-lambda": ("npm", "@types/aws-lambda", types),
    "serverless-events": ("npm", "serverless@3", serverless),
    "google-cloudevents": ("", "", google),
    "google-legacy": ("pip", "functions-framework", google_legacy),
    "azure-triggers": ("pip", "azure-functions", azure),
    "cloudflare-handlers": ("npm", "@cloudflare/workers-types", cloudflare),
    "aws-lambda-go": ("", "", examples),
    "powertools-events": ("", "", examples),
}


def fetched(client: str, package: str, folder: Path) -> str:
    """Unpack the newest release into a folder; its file's name. Raises CalledProcessError."""
    command = (
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), package]
        if client == "pip"
        else ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    )
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (archive,) = folder.iterdir()
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
    else:
        with tarfile.open(archive) as pack:
            pack.extractall(folder, filter="data")
    return archive.name


def compared(anchor: str, entries: set[str], mapping: Mapping[str, Any]) -> int:
    """Print what differs; how many entries are not mapped. A service's name maps what is in it."""
    known = set(mapping[anchor])
    missing = {e for e in entries - known if not any(e.startswith(f"{k}.") for k in known)}
    gone = {k for k in known - entries if not any(e.startswith(f"{k}.") for e in entries)}
    print(f"{anchor}: {len(entries)} entries, {len(missing)} not mapped, {len(gone)} not there")
    for entry in sorted(missing):
        print(f"  not mapped  {entry}")
    for entry in sorted(gone):
        print(f"  not there   {entry}")
    return len(missing)


def main(folders: Mapping[str, Path]) -> int:
    """Compare each anchor; 1 when something is not mapped."""
    mapping = yaml.safe_load(MAPPING.read_text(encoding="utf-8"))
    missing = 0
    for anchor, (client, package, reader) in ANCHORS.items():
        with tempfile.TemporaryDirectory() as made:
            folder = folders.get(anchor)
            if folder is None and client:
                folder = Path(made)
                print(fetched(client, package, folder), end=": ")
            if folder is None:
                print(f"{anchor}: no package has it; name a folder")
                continue
            missing += compared(anchor, reader(folder), mapping)
    return 1 if missing else 0


if __name__ == "__main__":
    pairs = (argument.partition("=") for argument in sys.argv[1:])
    sys.exit(main({name: Path(folder) for name, _, folder in pairs}))
