# Copyright: (c) 2026, The golive.verify authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of YAML that people write compose files in, for hosts whose Python has no library for it.

Mappings and lists in blocks, plain and quoted scalars of one line, flat lists in brackets, literal blocks, anchors and
merge keys. Every scalar stays text, an empty one is null. What is none of that is malformed, never guessed.
"""

from __future__ import annotations

import re

from ansible_collections.golive.verify.plugins.module_utils.observation.outcome import CannotLook

_DEEPEST = 40
_QUOTED = r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'"""
_PLAIN = r"""[^\s"'\[\]{}#&*!|>%@`,]"""
_KEY = re.compile(r"(%s|%s[^#]*?|<<):(?:[ ]+|\Z)" % (_QUOTED, _PLAIN))
# No two of the alternatives can begin at the same sign, so that no line takes long.
_COMMENT = re.compile(
    r"""((?:(?<![^\s\[,])(?:%s)|(?<=[^\s\[,])["'#]|[^\s"'#]|[ ](?![ ]*\#))*)[ ]*(?:\#.*)?""" % _QUOTED
)
_PROPERTY = re.compile(r"&([A-Za-z0-9_-]+)(?:[ ]+|\Z)")
_ALIAS = re.compile(r"\*([A-Za-z0-9_-]+)")
_BLOCK = re.compile(r"[|>][+-]?")
_FLOW_ITEM = r"(?:%s)[ ]*|\*[A-Za-z0-9_-]+[ ]*|%s[^\[\]{},]*" % (_QUOTED, _PLAIN)
_FLOW = re.compile(r"\[[ ]*(?:(?:%s)(?:,[ ]*|(?=\])))*\]" % _FLOW_ITEM)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


def parse(text, path):
    """The document: dicts, lists and texts. The number of a line that is not understood is told, and not its text."""
    return _Parser(text, path).document()


class _Parser:
    def __init__(self, text, path):
        self.path = path
        self.raw = text.replace("\r\n", "\n").lstrip("\ufeff").split("\n")
        self.at = 0
        self.anchors = {}

    def document(self):
        """The only document of the text."""
        self._skip()
        if self.at < len(self.raw) and re.fullmatch(r"---\s*(?:#.*)?", self.raw[self.at]):
            self.at += 1
        value = self._block(0, 0)
        if self._skip() is not None:
            raise self._wrong()
        return value

    def _wrong(self):
        return CannotLook("malformed", "line %d of %s: YAML that is not understood here" % (self.at + 1, self.path))

    def _skip(self):
        """Go to the next line that says something; its indentation, or null at the end."""
        while self.at < len(self.raw):
            stripped = self.raw[self.at].strip()
            if stripped and not stripped.startswith("#"):
                if "\t" in self.raw[self.at][: len(self.raw[self.at]) - len(self.raw[self.at].lstrip())]:
                    raise self._wrong()
                return len(self.raw[self.at]) - len(self.raw[self.at].lstrip(" "))
            self.at += 1
        return None

    def _block(self, least, depth):
        """The mapping or list that begins at the next line, if that is indented by at least so much; else null."""
        indent = self._skip()
        if indent is None or indent < least:
            return None
        if depth > _DEEPEST:
            raise self._wrong()
        is_list = re.match(r"-(?: |\Z)", self.raw[self.at][indent:])
        return self._list(indent, depth) if is_list else self._mapping(indent, depth)

    def _list(self, indent, depth):
        found = []
        while self._skip() == indent and re.match(r"-(?: |\Z)", self.raw[self.at][indent:]):
            rest = self.raw[self.at][indent + 1 :]
            inner = rest.strip()
            if _KEY.match(inner):
                # "- a: 1" begins a mapping whose keys stand where "a" does.
                self.raw[self.at] = " " * (indent + 1) + rest
                found.append(self._block(indent + 1, depth + 1))
            else:
                found.append(self._value(inner, indent, indent + 1, depth))
        return found

    def _mapping(self, indent, depth):
        found, merged = {}, []
        while self._skip() == indent:
            key = _KEY.match(self.raw[self.at][indent:].rstrip())
            if key is None:
                raise self._wrong()
            name, rest = self._scalar(key.group(1)), self.raw[self.at][indent + key.end() :].strip()
            if name in found:
                raise self._wrong()
            value = self._value(rest, indent, indent, depth, listed=True)
            if name == "<<":
                merged += value if isinstance(value, list) else [value]
            else:
                found[name] = value
        for other in merged:
            if not isinstance(other, dict):
                raise self._wrong()
            found.update({name: value for name, value in other.items() if name not in found})
        if (self._skip() or 0) > indent:
            raise self._wrong()
        return found

    def _value(self, rest, indent, least, depth, listed=False):
        """What stands behind a key or a dash; where nothing does, what the lines below say."""
        anchor = _PROPERTY.match(rest)
        rest = rest[anchor.end() :] if anchor else rest
        comment = _COMMENT.fullmatch(rest)
        text = comment.group(1).strip() if comment else rest
        if _BLOCK.fullmatch(text):
            value = self._literal(indent)
        elif text:
            value = self._inline(text)
            self.at += 1
        else:
            self.at += 1
            below = self._skip()
            same = listed and below == indent and re.match(r"-(?: |\Z)", self.raw[self.at][indent:])
            value = self._block(least if same else indent + 1, depth + 1)
        if anchor:
            self.anchors[anchor.group(1)] = value
        return value

    def _literal(self, indent):
        """The text of a literal block, of which only the bounds are taken seriously."""
        self.at += 1
        lines = []
        while self.at < len(self.raw):
            line = self.raw[self.at]
            if line.strip() and len(line) - len(line.lstrip(" ")) <= indent:
                break
            lines.append(line.strip())
            self.at += 1
        return "\n".join(lines).strip("\n") + "\n"

    def _inline(self, text):
        if text.startswith("["):
            if not _FLOW.fullmatch(text):
                raise self._wrong()
            return [self._inline(item.strip()) for item in re.findall(_FLOW_ITEM, text[1:-1].strip())]
        if text == "{}":
            return {}
        alias = _ALIAS.fullmatch(text)
        if alias:
            if alias.group(1) not in self.anchors:
                raise self._wrong()
            return self.anchors[alias.group(1)]
        return self._scalar(text)

    def _scalar(self, text):
        if text == "<<":
            return text
        if re.fullmatch(r'"(?:[^"\\]|\\.)*"', text):
            return re.sub(r"\\(.)", lambda match: self._escape(match.group(1)), text[1:-1])
        if re.fullmatch(r"'(?:[^']|'')*'", text):
            return text[1:-1].replace("''", "'")
        if re.match(r"""["'\[\]{}#&*!|>%@`,]|[-?:](?:\s|\Z)""", text) or ": " in text or " #" in text:
            raise self._wrong()
        return None if text in ("null", "~", "Null", "NULL") else text

    def _escape(self, sign):
        if sign in _ESCAPES:
            return _ESCAPES[sign]
        if sign in '"\\/ ':
            return sign
        raise self._wrong()
