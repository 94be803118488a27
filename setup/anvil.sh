# anvil, the demo's local EVM node; sourced by setup/install.sh. npm's registry distributes the program. apt fetches it
# and checks its hash, which takes seconds; Node and npm are some 370 packages.
anvil_version=1.7.1
anvil_sha512=f979928726c46b17c2aebd0e514670604cb63a7619b79a471fd4f306d2efdfe56b2b43bf00db8d49511a86a3612879605fb191279f77f37a1f361c644562184e
anvil_name=anvil-linux-amd64
anvil=deploy/demo/node_modules/@foundry-rs/$anvil_name

have_anvil() {
  [ -x "$anvil/bin/anvil" ] && grep -q "\"version\": *\"$anvil_version\"" "$anvil/package.json"
}

# As npm is told which one to use: by the environment or by ~/.npmrc.
npm_registry() {
  local url=${npm_config_registry:-${NPM_CONFIG_REGISTRY:-}}
  if [ -z "$url" ]; then url=$(sed -n 's/^registry *= *//p' "${HOME:-/}/.npmrc" 2>/dev/null | tail -n 1); fi
  printf '%s\n' "${url:-https://registry.npmjs.org}" | sed 's,/*$,,'
}

# The package, as the file $1/package.tgz. npm knows how to log in at a registry that wants it.
fetch_anvil() {
  local folder=$1 file=$anvil_name-$anvil_version.tgz
  if /usr/lib/apt/apt-helper -o Acquire::Retries=3 download-file "$(npm_registry)/@foundry-rs/$anvil_name/-/$file" \
    "$folder/package.tgz" "SHA512:$anvil_sha512" >>"$log" 2>&1; then return 0; fi
  command -v npm >/dev/null || return 1
  (cd "$folder" && npm pack "@foundry-rs/$anvil_name@$anvil_version") >>"$log" 2>&1 &&
    mv "$folder"/*"$file" "$folder/package.tgz" &&
    printf '%s  %s\n' "$anvil_sha512" "$folder/package.tgz" | sha512sum --check --status
}

install_anvil() {
  local begun=$SECONDS folder
  if have_anvil; then return 0; fi
  [ "$(uname -m)" = x86_64 ] || { say "no anvil for $(uname -m): the demo and its tests cannot run here"; return 0; }
  say "fetching anvil $anvil_version (19 MB), the demo's local EVM node, from npm's registry"
  mkdir -p build "${anvil%/*}"
  find build -maxdepth 1 -name 'anvil.*' -mmin +60 -exec rm -rf {} +  # of installations that were interrupted
  folder=$(mktemp -d "$PWD/build/anvil.XXXXXX")
  if ! { fetch_anvil "$folder" && tar xzf "$folder/package.tgz" -C "$folder" package/package.json package/bin/anvil; }; then
    rm -rf "$folder"
    tail -n 20 "$log" >&2
    fail "cannot fetch anvil from $(npm_registry); see $log. For a registry that asks for a login, install npm first"
  fi
  rm -rf "$anvil"
  mv -T "$folder/package" "$anvil" 2>/dev/null || true  # somebody else was quicker
  rm -rf "$folder"
  have_anvil || fail "cannot make $anvil; see $log"
  say "anvil fetched in $((SECONDS - begun)) s"
}
