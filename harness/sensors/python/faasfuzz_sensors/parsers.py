"""Parsers that are not of every function: followed once the function has imported them."""

import functools

from faasfuzz_sensors import origin
from faasfuzz_sensors.decoders import decoded
from faasfuzz_sensors.importing import after_import
from faasfuzz_sensors.origin import address_of, escape, note, register
from faasfuzz_sensors.recording import RecordingDict, RecordingStr


def _yaml(module):
    """JSON is YAML (https://yaml.org/spec/1.2.2/#chapter-1): a JSON document is followed inside.

    It is not told that the text is decoded as JSON: another YAML text is no rubbish there.
    """
    for name in ("load", "safe_load", "full_load", "unsafe_load"):
        if hasattr(module, name):
            setattr(module, name, decoded("json", getattr(module, name), noted=False))


def _uuid(module):
    original = module.UUID.__init__

    @functools.wraps(original)
    def init(self, *args, **kwargs):
        if origin.ON and (args or kwargs.get("hex")):
            address = address_of(args[0] if args else kwargs["hex"])
            if address is not None:
                note(address, "cast", "uuid")
        original(self, *args, **kwargs)

    module.UUID.__init__ = init


def _strptime(module):
    """What datetime.strptime and time.strptime are written with."""
    for name in [name for name in vars(module) if name.startswith("_strptime_")]:
        setattr(module, name, _formatted(getattr(module, name)))


def _formatted(original):
    @functools.wraps(original)
    def parse(*args, **kwargs):
        texts = [value for value in args if isinstance(value, str)]  # a class comes first or none
        if origin.ON and len(texts) == 2:
            address = address_of(texts[0])
            if address is not None:
                note(address, "cast", "datetime " + texts[1])
        return original(*args, **kwargs)

    return parse


def _mail_parser(module):
    for kind, name in ((module.Parser, "parsestr"), (module.BytesParser, "parsebytes")):
        setattr(kind, name, _mail(getattr(kind, name)))


def _mail(original):
    @functools.wraps(original)
    def parse(self, text, *args, **kwargs):
        message = original(self, text, *args, **kwargs)
        address = address_of(text) if origin.ON else None
        if address is not None:
            note(address, "decode", "mime")
            inside = address + "!mime"
            origin.OBJECTS[id(message)] = message, inside
            _contents(message, inside)
        return message

    return parse


def _contents(message, inside):
    """Texts and attachments, told apart as the codec does (harness/codecs/mime.py)."""
    attachments, has_text = 0, False
    for part in message.walk():
        if part.is_multipart():
            continue
        content = part.get_payload(decode=True) or b""
        place = inside + "/text"
        if has_text or part.get_filename():
            place = "%s/attachments/%d" % (inside, attachments)
            register(part.get_filename() or "", place + "/filename")
            place += "/text"
            attachments += 1
        has_text = True
        for text in (content, content.strip()):
            register(text, place)
            register(text.decode("utf-8", "replace"), place)


def _message(module):
    original, contains = module.Message.get, module.Message.__contains__

    def place(message, name):
        known = origin.OBJECTS.get(id(message)) if origin.ON else None
        if known is None or not isinstance(name, str):
            return None
        where = known[1] + "/headers/" + escape(name)
        note(where, "present" if contains(message, name) else "missing")
        return where

    @functools.wraps(original)
    def get(self, name, failobj=None):
        value = original(self, name, failobj)
        where = place(self, name)
        if where is None or type(value) is not str or value is failobj:
            return value
        register(value, where)
        return RecordingStr(value, where)

    @functools.wraps(contains)
    def __contains__(self, name):
        place(self, name)
        return contains(self, name)

    module.Message.get, module.Message.__contains__ = get, __contains__


def _answers(module):
    """What S3 answers for the event's object has its metadata, which the uploader wrote.

    Known by its ETag, the MD5 of its body.
    """
    original = module.ResponseParser.parse

    @functools.wraps(original)
    def parse(self, *args, **kwargs):
        answer = original(self, *args, **kwargs)
        if origin.ON and isinstance(answer, dict) and type(answer.get("Metadata")) is dict:
            address = origin.TAGS.get(str(answer.get("ETag")).strip('"'))
            if address is not None:
                answer["Metadata"] = RecordingDict(answer["Metadata"], address + "/metadata")
        return answer

    module.ResponseParser.parse = parse


_HOOKS = {
    "botocore.parsers": _answers,
    "yaml": _yaml,
    "uuid": _uuid,
    "_strptime": _strptime,
    "email.parser": _mail_parser,
    "email.message": _message,
}


def install():
    after_import(_HOOKS.__contains__, lambda module: _HOOKS[module.__name__](module))
