#!/usr/bin/env bash
# Fetches the vendored libraries anew, at the versions of vendored.txt, and checks
# them against SHA256SUMS. It needs npm and the network. After a change of
# vendored.txt, "fetch.sh --sums" writes the sums: look at what changed first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

wanted() { grep -v '^#' vendored.txt; }

# Nothing of a package is run: pack only downloads.
wanted | awk '{ print $1, $2 }' | sort -u | while read -r name version; do
	tarball=$(npm pack --silent --ignore-scripts --pack-destination "$work" "$name@$version" </dev/null)
	mkdir -p "$work/$name"
	tar -xzf "$work/$tarball" -C "$work/$name" --strip-components=1
	rm -rf "./$name"
done

# The source maps aren't vendored, so nothing may ask for them.
wanted | while read -r name version from to; do
	to=$name/${to:-$from}
	mkdir -p "$(dirname "$to")"
	sed '/^\/[/*]# sourceMappingURL=/d' "$work/$name/$from" >"$to"
	printf '%s\n' "$to"
done >"$work/files"

if [ "${1:-}" = --sums ]; then
	LC_ALL=C sort "$work/files" | xargs sha256sum >SHA256SUMS
fi
sha256sum --check --quiet --strict SHA256SUMS
