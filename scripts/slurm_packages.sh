#!/usr/bin/env bash
# Slurm's daemons and commands in the folder DEST, for tests/slurm: slurm_packages.sh DEST
# A few MB of Debian's packages, from the mirrors that this machine's own apt uses, checked by its keys; nothing of the
# system is changed and root is not needed. Does nothing where DEST is complete.
# Exit code 77, with a line that says why, where they cannot be had.
set -euo pipefail

packages=(slurmctld slurmd slurm-client slurm-wlm-basic-plugins)

skip() {
  echo "SKIPPED: slurm_packages.sh: $1" >&2
  exit 77
}

[ $# -eq 1 ] || { echo "usage: slurm_packages.sh DEST" >&2; exit 2; }
if [ -e "$1/complete" ]; then exit 0; fi
for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || skip "no $tool on this machine"
done
mkdir -p "$(dirname "$1")"
scratch="$(mktemp -d "$1.XXXXXX")"
trap 'rm -rf "$scratch"' EXIT

# Lists and cache of its own. Of installed packages it knows, so that only what is missing is fetched.
mkdir -p "$scratch"/{lists,cache/archives}/partial "$scratch/root"
own_apt() {
  apt-get -qq -o Dir::State::lists="$scratch/lists" -o Dir::Cache="$scratch/cache" -o Debug::NoLocking=1 \
    -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=2 "$@"
}
own_apt update || skip "apt cannot read its mirrors"
own_apt install -y --no-install-recommends --reinstall --download-only "${packages[@]}" >&2 ||
  skip "apt cannot fetch ${packages[*]}"

for deb in "$scratch"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$scratch/root" --exclude=./usr/share --exclude=./etc
done
touch "$scratch/root/complete"
rm -rf "$1"
mv "$scratch/root" "$1"
