"""Faults that are planted mechanically: every place of a source where one fits, and what stands there."""
import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Fault:
    file: str  # relative to the repository
    kind: str
    line: int  # from 1 on
    old: str  # the line, or the piece of it for faults by hand
    new: str
    text: str = dataclasses.field(repr=False)  # the whole file with the fault
    begin: int = -1  # of the characters that are replaced
    end: int = -1
    put: str = ""  # by these

    @property
    def by_hand(self):
        return self.begin < 0

    def __str__(self):
        new = squeeze(self.new.replace(OTHER_STREAM, "another stream")) or "(nothing)"
        return f"{self.file} {self.kind}: {squeeze(self.old)} --> {new}"


def squeeze(text):
    return " ".join(text.split())


# Another stream than the network's; it is given back at the end, so that it is not caught as a leak.
OTHER_STREAM = ("[]() -> cudaStream_t { static struct Other { cudaStream_t stream = nullptr; "
                "Other() { cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking); } "
                "~Other() { cudaStreamDestroy(stream); } } other; return other.stream; }()")

# kind -> (what is looked for, what it may become). Operators with spaces around are never those of a template.
SWAPS = [
    ("barrier", r"__syncthreads\(\);", [""]),
    ("fence", r"__threadfence\(\);", [""]),
    ("comparison", r" < ", [" <= "]),
    ("comparison", r" <= ", [" < "]),
    ("comparison", r" > ", [" >= "]),
    ("comparison", r" >= ", [" > "]),
    ("comparison", r" == ", [" != "]),
    ("comparison", r" != ", [" == "]),
    ("logic", r" && ", [" || "]),
    ("logic", r" \|\| ", [" && "]),
    ("sign", r" \+ ", [" - "]),
    ("sign", r" - ", [" + "]),
    ("sign", r" \+= ", [" -= "]),
    ("minimum", r"\bmin\((?!\))", ["max("]),
    ("minimum", r"\bmax\((?!\))", ["min("]),
    ("minimum", r"\bsmaller\(", ["larger_by_mistake("]),
    ("guard", r"\bif \([^;{}]*\) (return|continue|break);", [""]),
]
STREAM = re.compile(r"(?<=[\s(])(context_?\.stream|backend_\.stream_|stream_?)(?=[,)};])")
LARGER = "([](int a, int b) { return a > b ? a : b; })("
TYPES = ("float", "int", "unsigned", "double", "bool", "char")
DECLARATION = re.compile(r"\s*(?!return\b)(?:(?:static|const|constexpr)\s+)*[\w:<>]+\s+\w+"
                         r"(?:\[[^\]]*\])+\s*(?:[;,={]|$)")


def without_comments(text):
    """The same length, with comments, strings, lines of the preprocessor and what the compiler alone checks
    blank."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?m:^#[^\n]*)|\bstatic_assert\(.*?\);', blank, text,
                  flags=re.S)


def closing(code, opening):
    """Where the bracket that opens at `opening` closes."""
    depth = 0
    for at in range(opening, len(code)):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(code[at], 0)
        if depth == 0:
            return at
    return len(code) - 1


def line_around(text, at):
    begin = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return begin, len(text) if end < 0 else end


def swaps(code):
    for kind, pattern, replacements in SWAPS:
        for match in re.finditer(pattern, code, flags=re.M):
            for new in replacements:
                yield kind, match.start(), match.end(), LARGER if new.startswith("larger") else new


def other_streams(code):
    """Where a stream is handed over."""
    for match in STREAM.finditer(code):
        if code[:match.start()].rstrip().endswith(("(", ",", "=")):
            for new in ("nullptr", OTHER_STREAM):
                yield "stream", match.start(), match.end(), new


def shifted_subscripts(code):
    for match in re.finditer(r"(?<=[\w\])])\[", code):
        begin, end = line_around(code, match.start())
        before = code[begin:match.start()]
        if DECLARATION.match(code[begin:end]) or before.endswith(TYPES):
            continue
        last = closing(code, match.start())
        index = code[match.start() + 1:last]
        for shift in ("+ 1", "- 1"):
            yield "subscript", match.start() + 1, last, f"({index}) {shift}"


def shifted_numbers(code):
    """Chunks, strides, paddings: every whole number from 2 on, and those that name a size."""
    for match in re.finditer(r"(?<![\w.])\d+(?![\w.])", code):
        number = int(match.group())
        if number >= 2:
            yield "number", match.start(), match.end(), str(number + 1)
            yield "number", match.start(), match.end(), str(number - 1)


def two_roundings(code):
    for match in re.finditer(r"\bfmaf\(", code):
        end = closing(code, match.end() - 1)
        a, b, c = split_arguments(code[match.end():end])
        yield "fma", match.start(), end + 1, f"(({a}) * ({b}) + ({c}))"


def split_arguments(text):
    arguments, depth = [""], 0
    for character in text:
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            arguments.append("")
        else:
            arguments[-1] += character
    return arguments


def faults_of(file, text):
    code = without_comments(text)
    for find in (swaps, other_streams, shifted_subscripts, shifted_numbers, two_roundings):
        for kind, begin, end, new in find(code):
            changed = text[:begin] + new + text[end:]
            first, _ = line_around(text, begin)
            _, last = line_around(text, end)
            if last - first < 30:  # says little by itself
                first, _ = line_around(text, first - 1)
            _, changed_last = line_around(changed, begin + len(new))
            line = text.count("\n", 0, begin) + 1
            yield Fault(file, kind, line, text[first:last], changed[first:changed_last], changed, begin, end, new)
