#!/usr/bin/env bash
# Takes out of a folder of installed packages what nothing reads while they run: maps, types, documents, tests. For images.
set -euo pipefail
folder=${1:?Usage: scripts/slim-packages.sh NODE_MODULES}
# Whoever passes a package on passes its licence on.
find "$folder" -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' \) ! -iname 'licen*' ! -iname 'notice*' -delete
# Beside its package.json: deeper in, a folder of such a name may be part of the program.
find "$folder" -name package.json -type f -printf '%h\0' |
  xargs -0 -I{} rm -rf {}/test {}/tests {}/__tests__ {}/docs {}/examples {}/benchmark {}/benchmarks {}/.github
# The same once more, for who has no modules; extensions of the database that no statement asks for; bundles for browsers.
rm -rf "$folder"/@electric-sql/pglite/dist/*.cjs "$folder"/@electric-sql/pglite/dist/contrib "$folder"/@electric-sql/pglite/dist/*.tar.gz "$folder"/protobufjs/dist
find "$folder" -depth -type d -empty -delete
