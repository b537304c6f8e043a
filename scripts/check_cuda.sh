#!/usr/bin/env bash
# Compiles all CUDA kernels for V100 (70) and A100 (80), or those named. Fails on warnings, on spilled registers, and where
# docs/cuda_kernels.md says other things of them than the compiler.
#   check_cuda.sh [--write] [ARCH...]     --write brings the page up to date
# 70 is compiled by CUDA 12 (scripts/cuda12_toolkit.sh, kept in build/cuda12), the others by the PATH's nvcc. What cannot
# be had here is skipped with a line that says so; exit code 77 if that is all of it.
set -euo pipefail
cd "$(dirname "$0")/.."
page=docs/cuda_kernels.md

write=no
if [ "${1:-}" = --write ]; then write=yes; shift; fi
architectures=("$@")
[ $# -gt 0 ] || architectures=(70 80)

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

nvcc_for() {
  if [ "$1" = 70 ]; then
    scripts/cuda12_toolkit.sh build/cuda12 >&2 || return
    echo build/cuda12/bin/nvcc
  else
    command -v nvcc || return 77
  fi
}

# The table of one architecture on the page.
section() { awk -v head="## sm_$1:" 'index($0, "## ") == 1 {on = index($0, head) == 1} on' "$page"; }

replace_section() {
  awk -v head="## sm_$1:" 'index($0, "## ") == 1 {on = index($0, head) == 1} !on' "$page" | sed -e :a -e '/^\n*$/{$d;N;ba}' \
    >"$scratch/page"
  { cat "$scratch/page"; echo; cat "$2"; } >"$page"
}

# The last two columns need cuobjdump, which only the CUDA 12 toolkit brings.
comparable() { if [ -n "${CUOBJDUMP:-}" ]; then cat; else sed -E '/^\|/s/( [^|]* \|){2}$//'; fi; }

compare() {
  section "$1" | sed '$!b;/^$/d' >"$scratch/committed"
  if ! cmp -s <(head -n 1 "$scratch/committed") <(head -n 1 "$2"); then
    echo "check_cuda.sh: SKIPPED: sm_$1: not compared: $page has '$(head -n 1 "$scratch/committed")', here is '$(head -n 1 "$2")'" >&2
  elif ! diff <(comparable <"$scratch/committed") <(comparable <"$2"); then
    echo "check_cuda.sh: sm_$1: $page (<) is not what the compiler says (>): scripts/check_cuda.sh --write" >&2
    return 1
  fi
}

status=0
checked=0
for arch in "${architectures[@]}"; do
  reason=0
  nvcc="$(nvcc_for "$arch")" || reason=$?
  if [ "$reason" -eq 77 ]; then
    echo "check_cuda.sh: SKIPPED: sm_$arch: no nvcc for it here" >&2
    continue
  elif [ "$reason" -ne 0 ]; then
    exit "$reason"
  fi
  if [ -x build/cuda12/bin/cuobjdump ]; then export CUOBJDUMP="$PWD/build/cuda12/bin/cuobjdump"; fi
  scripts/cuda_kernels.py "$nvcc" "$arch" "$scratch/table"
  checked=$((checked + 1))
  if [ "$write" = yes ]; then replace_section "$arch" "$scratch/table"; else compare "$arch" "$scratch/table" || status=1; fi
  echo "sm_$arch: $(grep -c '^| `' "$scratch/table") kernels, no spills, no warnings"
done
[ "$checked" -gt 0 ] || exit 77
exit "$status"
