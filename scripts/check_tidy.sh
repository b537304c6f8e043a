#!/usr/bin/env bash
# clang-tidy over the sources (not the tests) that changed since REVISION, headers by the files of the same name; over
# all of them without REVISION.
#   check_tidy.sh [REVISION]
set -euo pipefail
cd "$(dirname "$0")/.."

sources() { grep -E '^(core|kernels|nn|data|generator|recorder|plot|export|trainer|cli)/.*\.cpp$' || true; }
if [ $# -gt 0 ]; then
  mapfile -t files < <(git diff --name-only "$1" | sed 's/\.h$/.cpp/' | sources | sort -u)
else
  mapfile -t files < <(git ls-files | sources)
fi
# Source by source and without precompiled headers: each has to include what it uses.
cmake --preset release -B build/tidy -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
existing=()
for file in "${files[@]}"; do
  if [ ! -e "$file" ]; then continue; fi
  # Without CUDA its host files are not in the build (with it the stand-ins are not): nobody knows how to compile them.
  if grep -qF "\"file\": \"$PWD/$file\"" build/tidy/compile_commands.json; then
    existing+=("$file")
  else
    echo "clang-tidy: SKIPPED: $file is not in this build"
  fi
done
echo "clang-tidy: ${#existing[@]} files"
[ "${#existing[@]}" -eq 0 ] && exit 0
printf '%s\0' "${existing[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet -p build/tidy
