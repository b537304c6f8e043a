#!/usr/bin/env bash
# A CUDA 12 toolkit, the last major version that compiles for V100 (sm_70), in the folder DEST:
#   cuda12_toolkit.sh DEST     then e.g. cmake -DCMAKE_CUDA_COMPILER=DEST/bin/nvcc, or PATH=DEST/bin:$PATH
# Made of the packages of Debian 13's section non-free (about 1 GB is fetched, a fifth of it is kept), laid out as CMake
# expects a toolkit. They come from the mirror that this machine's own apt uses, checked by Debian's keys; nothing of
# the system is changed. With cuobjdump and nvdisasm. Does nothing where DEST is complete.
# Exit code 77, with a line that says why, where the packages cannot be had.
set -euo pipefail

packages=(nvidia-cuda-toolkit nvidia-cuda-dev libcudart12 libnvvm4)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

skip() {
  echo "cuda12_toolkit.sh: SKIPPED: $1" >&2
  exit 77
}

[ $# -eq 1 ] || { echo "usage: cuda12_toolkit.sh DEST" >&2; exit 2; }
if [ -e "$1/complete" ]; then exit 0; fi
mkdir -p "$(dirname "$1")"
dest="$(cd "$(dirname "$1")" && pwd)/$(basename "$1")"

[ "$(uname -m)" = x86_64 ] || skip "the packages are for x86_64, this is $(uname -m)"
for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || skip "no $tool on this machine; install a CUDA 12 toolkit by hand"
done
[ -r "$keyring" ] || skip "no $keyring (package debian-archive-keyring)"
mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' 'Created-By: Packages' | sort -u | head -n 1)"
[ -n "$mirror" ] || skip "apt on this machine knows no Debian mirror"

scratch="$(mktemp -d "$dest.XXXXXX")"
trap 'rm -rf "$scratch"' EXIT

# An apt of its own: lists, cache and sources lie in the scratch folder.
mkdir -p "$scratch"/apt/{lists/partial,cache/archives/partial} "$scratch/debs"
touch "$scratch/apt/status"
echo "deb [arch=amd64 signed-by=$keyring] $mirror trixie non-free" >"$scratch/apt/sources.list"
own_apt() {
  apt-get -qq -o Dir::Etc::sourcelist="$scratch/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::Etc::preferencesparts=/dev/null -o Dir::Etc::preferences=/dev/null -o Dir::State::lists="$scratch/apt/lists" \
    -o Dir::State::status="$scratch/apt/status" -o Dir::Cache="$scratch/apt/cache" -o APT::Sandbox::User= \
    -o APT::Architecture=amd64 -o Acquire::Languages=none -o Acquire::Retries=2 "$@"
}
own_apt update || skip "apt cannot read Debian 13's non-free section from this machine's mirror"
(cd "$scratch/debs" && own_apt download "${packages[@]}") || skip "apt cannot fetch ${packages[*]}"

# Of the static libraries only the runtime: the others are nine tenths of the whole.
for deb in "$scratch"/debs/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$scratch" --exclude=./usr/share --exclude=compute-sanitizer \
    --exclude='lib[!c/]*_static*.a' --exclude='libcu[!d]*_static*.a'
done

toolkit="$scratch/toolkit"
mkdir -p "$toolkit"/{bin,nvvm/bin}
mv "$scratch"/usr/bin/* "$toolkit/bin/"
mv "$scratch"/usr/lib/nvidia-cuda-toolkit/bin/{nvcc,crt} "$toolkit/bin/"  # the nvcc in usr/bin is a wrapper of Debian's
mv "$scratch/usr/lib/nvidia-cuda-toolkit/bin/cicc" "$toolkit/nvvm/bin/"
mv "$scratch/usr/lib/nvidia-cuda-toolkit/libdevice" "$toolkit/nvvm/"
mv "$scratch/usr/include" "$toolkit/include"
mv "$scratch/usr/lib/x86_64-linux-gnu" "$toolkit/lib64"
cat >"$toolkit/bin/nvcc.profile" <<'PROFILE'
TOP                = $(_HERE_)/..
CICC_PATH          = $(TOP)/nvvm/bin
NVVMIR_LIBRARY_DIR = $(TOP)/nvvm/libdevice
PATH              += $(CICC_PATH):$(_HERE_):
INCLUDES          += "-I$(TOP)/include" $(_SPACE_)
LIBRARIES         =+ $(_SPACE_) "-L$(TOP)/lib64/stubs" "-L$(TOP)/lib64"
PROFILE

# It must do what it was made for.
echo '__global__ void k(float* x) { *x += 1.0f; } int main() { k<<<1, 1>>>(nullptr); }' >"$scratch/k.cu"
"$toolkit/bin/nvcc" -arch=sm_70 -o "$scratch/k" "$scratch/k.cu"
touch "$toolkit/complete"
rm -rf "$dest"
mv "$toolkit" "$dest"
"$dest/bin/nvcc" --version | tail -n 2 | head -n 1
