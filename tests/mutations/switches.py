"""Many faults compiled into a file at once, each behind a switch: one build, and then a run for each."""
import re

import faults

INFIX = {" < ": "Less", " <= ": "LessOrEqual", " > ": "Greater", " >= ": "GreaterOrEqual", " == ": "Equal",
         " != ": "Unequal", " + ": "Plus", " - ": "Minus"}
CALLS = {"smaller(": "Smaller", "min(": "Smaller", "max(": "Larger"}
KINDS = ("comparison", "sign", "minimum", "subscript", "number", "guard", "barrier", "fence", "stream", "fma")
# What the compiler must know cannot have a switch.
FIXED = re.compile(r"\b(constexpr|using|template|case|MAYFLY_SHARED|struct|enum|__global__)\b"
                   r"|\w<[^<>;]*$"  # an argument of a template
                   r"|\(\*\w+\)\[$")  # the size of an array that a parameter points to
HEADER = '#include "tests/mutations/planted_fault.h"\n#line 1\n'


def can_switch(fault, code):
    line_begin, line_end = faults.line_around(code, fault.begin)
    if fault.kind not in KINDS:
        return False
    statement = max(code.rfind(mark, 0, fault.begin) for mark in ";{}") + 1
    label = re.search(r"\bcase [\w:]+:\s", code[statement:fault.begin])
    statement += label.end() if label else 0
    if FIXED.search(code[statement:fault.begin]) or faults.DECLARATION.match(code[line_begin:line_end]):
        return False
    if any(re.search(r"(?<!if )\bconstexpr\b", header) for header in headers_around(code, fault.begin)):
        return False
    return fault.kind != "minimum" or code[fault.begin - 1] != ":"  # std::min


def headers_around(code, at):
    """What stands before each brace that is open at `at`: 'constexpr int f(int x) '."""
    depth = 0
    for brace in reversed([match for match in re.finditer(r"[{}]", code[:at])]):
        depth += 1 if brace.group() == "}" else -1
        if depth < 0:
            depth = 0
            yield code[max(code.rfind(mark, 0, brace.start()) for mark in ";{}") + 1:brace.start()]


def edits_of(fault, number, code):
    """[(where, characters to remove, text to put there)]"""
    old, new, begin, end = code[fault.begin:fault.end], fault.put, fault.begin, fault.end
    if old in INFIX:
        operator = old.strip()
        return [(begin, len(old), f" {operator} planted::{INFIX[old]}{{{number}}} {operator} ")]
    if old == " += ":
        return [(begin, len(old), f" += planted::ChangeOfSign{{{number}}} += ")]
    if fault.kind == "minimum":
        return [(begin, len(old), f"planted::{CALLS[old]}{{{number}}}(")]
    if fault.kind in ("subscript", "number"):
        up = new.endswith("+ 1") if fault.kind == "subscript" else int(new) > int(old)
        shift = f"planted::shift({number}, -2)" if up else f"planted::shift(-2, {number})"
        return [(begin, 0, "(("), (end, 0, f") + {shift})")]
    if fault.kind == "stream":
        return [(begin, end - begin,
                 f"(planted::is({number}) ? static_cast<cudaStream_t>({new}) : static_cast<cudaStream_t>({old}))")]
    if fault.kind == "fma":
        return [(begin, len("fmaf("), f"planted::fma({number}, ")]
    return [(begin, 0, f"if (!planted::is({number})) ")]  # guards, barriers, fences


def with_switches(text, numbered):
    """`text` with the faults of `numbered`, pairs of a number and a fault, asleep in it. No line moves."""
    code = faults.without_comments(text)
    edits = []
    for number, fault in numbered:
        for where, remove, put in edits_of(fault, number, code):
            around = next((edit for edit in edits if remove and edit[0] == where and edit[1]), None)
            if around is None:
                edits.append([where, remove, put])
            else:  # two faults at one stream: the second goes around the first
                around[2] = put.replace(code[where:where + remove] + "))", around[2] + "))")
    return HEADER + apply(text, sorted(edits, key=lambda edit: (edit[0], rank(edit))))


def rank(edit):
    """At the same place: what closes, what opens, what replaces."""
    return 2 if edit[1] else 0 if edit[2].startswith(")") else 1


def apply(text, edits):
    result, at = [], 0
    for where, remove, put in edits:
        result += [text[at:where], put]
        at = where + remove
    return "".join(result) + text[at:]
