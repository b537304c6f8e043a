#!/usr/bin/env bash
# What failed, with its output, and what was skipped and why, from the JUnit file of ctest; then, alone on the last line:
# N passed, N failed, N skipped.
set -euo pipefail

awk '
  function text(s) {
    gsub(/&lt;/, "<", s); gsub(/&gt;/, ">", s); gsub(/&quot;/, "\"", s); gsub(/&apos;/, "\047", s); gsub(/&amp;/, "\\&", s)
    return s
  }
  /<testcase / {
    name = $0; sub(/.*<testcase name="/, "", name); sub(/".*/, "", name)
    state = $0; sub(/.* status="/, "", state); sub(/".*/, "", state)
    output = ""
  }
  /<system-out>/ { inside = 1; sub(/.*<system-out>/, "") }
  inside { line = $0; inside = !sub(/<\/system-out>.*/, "", line); output = output text(line) "\n" }
  /<\/testcase>/ {
    if (state == "run") { passed++ }
    else if (state == "fail") { failed++; printf "\nFAILED: %s\n%s", text(name), output }
    else { skipped++; why = reason(output); if (!count[why]++) { first[why] = text(name); order[++reasons] = why } }
  }
  # GoogleTest prints "file:line: Skipped", then the reason; scripts print "SKIPPED: the reason".
  function reason(s,   at, length_of_mark) {
    length_of_mark = 10
    at = index(s, ": Skipped\n")
    if (at == 0) { length_of_mark = 9; at = index(s, "SKIPPED: ") }
    if (at == 0) return "no reason given"
    s = substr(s, at + length_of_mark)
    return substr(s, 1, index(s, "\n") - 1)
  }
  END {
    for (i = 1; i <= reasons; i++) {
      why = order[i]
      printf "SKIPPED: %s: %s%s\n", why, first[why], (count[why] > 1 ? " and " (count[why] - 1) " more" : "")
    }
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
  }
' "$1"
