"""The code of functions and layers as folders: local, inline, zipped, or built by `sam build`."""

import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.discovery.compose import with_nested
from harness.discovery.shapes import mapping, texts
from harness.discovery.stack import FUNCTIONS, Resource, Stack
from harness.errors import UsageError
from harness.model import Image

_BUILD = (".aws-sam", "build")
_LAYERS = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")
_KEYS = ("CodeUri", "Code", "ContentUri", "Content")
_IN_S3 = "its code is in S3 and not tested: point CodeUri (or Code) at a local folder"


class Code:
    """Finds the code of a stack's functions and layers.

    A `sam build` beside the template is preferred, since it holds the dependencies. `workdir`
    takes what is no folder yet; None makes a temporary folder when the first one is met.
    """

    def __init__(self, stack: Stack, workdir: Path | None) -> None:
        self._stack = stack
        self._workdir = workdir
        self._properties = dict(_built_properties(stack))
        self._built = dict(_folders(self._properties))

    def of_function(self, function: Resource) -> tuple[Path | None, bool, str]:
        """(folder, whether it is built, note). Without a folder the note says why.

        Raises UsageError when the template names a folder that is not there, or none at all.
        """
        if function.name in self._built:
            return self._built[function.name], True, ""
        properties = function.properties
        key = next((key for key in ("InlineCode", "CodeUri", "Code") if properties.get(key)), None)
        if key is None:
            raise UsageError(
                f"function {function.name} says nowhere what its code is",
                path=function.path,
                line=function.line,
                mend="add CodeUri (SAM) or Code with the folder of its code",
            )
        declared = properties[key]
        if key == "InlineCode" or (isinstance(declared, dict) and "ZipFile" in declared):
            text = str(declared if key == "InlineCode" else declared["ZipFile"])
            return self._inline(function, text), False, ""
        if not isinstance(declared, str) or declared.startswith(("s3://", "https://")):
            return None, False, _IN_S3
        return self._local(function, declared, key), False, ""

    def of_image(self, function: Resource) -> Image:
        """The image that `sam build` made, else the one that the template names."""
        _, built = self._properties.get(function.name, (Path(), {}))
        told = function.properties
        uri = next((uri for uri in map(_image_uri, (built, told)) if uri), "")
        settings = mapping(told.get("ImageConfig"))
        return Image(
            uri=uri,
            entry_point=texts(settings.get("EntryPoint") or []),
            command=texts(settings.get("Command") or []),
            working_directory=str(settings.get("WorkingDirectory") or ""),
        )

    def of_layers(self, function: Resource) -> tuple[tuple[Path, ...], tuple[str, ...]]:
        """(folders that make /opt, notes on layers which are not on this machine)."""
        folders, notes = [], []
        for value in texts(function.properties.get("Layers")):
            layer = self._stack.by_value(value)
            folder = None if layer is None else self._layer(layer)
            if folder is None:
                notes.append(f"layer {value} is not on this machine; imports from it fail")
            else:
                folders.append(folder)
        return tuple(folders), tuple(notes)

    def _layer(self, layer: Resource) -> Path | None:
        if layer.name in self._built:
            return self._built[layer.name]
        for key in ("ContentUri", "Content"):
            declared = layer.properties.get(key)
            if isinstance(declared, str) and not declared.startswith("s3://"):
                return self._local(layer, declared, key)
        return None

    def _local(self, owner: Resource, declared: str, key: str) -> Path:
        """A declared folder, or the content of a declared archive."""
        path = (owner.path.parent / declared).resolve()
        if path.is_dir():
            return path
        if path.is_file() and zipfile.is_zipfile(path):
            folder = self._made(owner)
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
            return folder
        mend = f"correct {key}, or build what it names"
        if _BUILD[0] in path.parts:
            mend = "run `sam build`"
        elif not self._stack.declares(owner, key):  # a translation's word, not the author's
            mend = "build it first"
        raise UsageError(
            f"{owner.name}: its code folder {declared} is not there",
            path=owner.path,
            line=self._stack.line(owner, key),
            mend=mend,
        )

    def _inline(self, function: Resource, text: str) -> Path:
        """Inline code as the one file which CloudFormation makes of it."""
        module = str(function.properties.get("Handler") or "index.handler").rpartition(".")[0]
        ending = ".py"
        if str(function.properties.get("Runtime")).startswith("nodejs"):
            ending = ".mjs" if re.search(r"^(export|import)\s", text, re.MULTILINE) else ".js"
        folder = self._made(function)
        (folder / f"{Path(module).name or 'index'}{ending}").write_text(text, encoding="utf-8")
        return folder

    def _made(self, owner: Resource) -> Path:
        if self._workdir is None:
            self._workdir = Path(tempfile.mkdtemp(prefix="faasfuzz-code-"))
        folder = self._workdir / owner.name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _image_uri(properties: Mapping[str, Any]) -> str:
    """SAM's ImageUri, or the one in Lambda's Code."""
    uri = properties.get("ImageUri") or mapping(properties.get("Code")).get("ImageUri")
    return uri if isinstance(uri, str) else ""


def _built_properties(stack: Stack) -> Iterator[tuple[str, tuple[Path, Mapping[str, Any]]]]:
    """(folder, properties) by logical id, of the template itself or of a `sam build` beside it."""
    folder = stack.path.parent
    if folder.parts[-2:] != _BUILD:
        folder = folder.joinpath(*_BUILD)
    file = folder / "template.yaml"
    if not file.is_file():
        return
    whole = with_nested(file, stack.parameters)
    resources: Mapping[str, Any] = whole.template["Resources"]
    for name, resource in resources.items():
        if isinstance(resource, dict) and resource["Type"] in (*FUNCTIONS, *_LAYERS):
            folder = whole.origins.get(str(name), file).parent
            yield str(name), (folder, mapping(resource.get("Properties")))


def _folders(
    built: Mapping[str, tuple[Path, Mapping[str, Any]]],
) -> Iterator[tuple[str, Path]]:
    """The folders that `sam build` made, by logical id."""
    for name, (folder, properties) in built.items():
        uri = next((properties[key] for key in _KEYS if properties.get(key)), None)
        if isinstance(uri, str) and (folder / uri).is_dir():
            yield name, (folder / uri).resolve()
