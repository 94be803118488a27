# librdkafka, the client of Kafka; sourced by setup/install.sh. Debian 12 has 2.0.2, which is too old (see
# docs/adr/0012-librdkafka-from-source.md): there a newer one is built from Debian 13's source package into
# build/librdkafka, where CMake looks first. Where Debian's own package is new enough it is installed instead.
rdkafka=build/librdkafka
rdkafka_oldest=2.6.1
rdkafka_version=2.8.0
rdkafka_flags=(-DCMAKE_BUILD_TYPE=Release -DRDKAFKA_BUILD_STATIC=ON -DRDKAFKA_BUILD_TESTS=OFF
  -DRDKAFKA_BUILD_EXAMPLES=OFF -DWITH_SSL=ON -DWITH_SASL=ON -DWITH_ZLIB=ON -DWITH_ZSTD=ON -DENABLE_LZ4_EXT=ON
  -DWITH_CURL=OFF)
rdkafka_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

new_enough() { [ -n "$1" ] && [ "$1" != '(none)' ] && dpkg --compare-versions "$1" ge "$rdkafka_oldest"; }

installed_rdkafka() {
  new_enough "$(dpkg-query -W -f '${db:Status-Status} ${Version}' librdkafka-dev 2>/dev/null | sed -n 's/^installed //p')"
}

# Debian's package for this machine is new enough, installed or not.
packaged_rdkafka() {
  installed_rdkafka ||
    new_enough "$(LC_ALL=C apt-cache policy librdkafka-dev 2>/dev/null | sed -n 's/^ *Candidate: //p')"
}

# The first line of the stamp says how it was built, the others are check sums of what is there.
have_built_rdkafka() {
  [ "$(head -n 1 "$rdkafka/stamp" 2>/dev/null)" = "$(rdkafka_recipe)" ] &&
    (cd "$rdkafka" && sed 1d stamp | sha256sum --check --status 2>/dev/null)
}

rdkafka_recipe() { printf '%s %s\n' "$rdkafka_version" "${rdkafka_flags[*]}"; }

# Where Debian's archive is, as this machine's apt says; what is not Debian's own comes last.
debian_mirrors() {
  { for label in 'Label: Debian' 'Created-By: Packages'; do
      apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' "$label" 2>/dev/null || true
    done; } | sed 's,/*$,,' | awk '/^http/ && !seen[$0]++'
}

# Downloads the source package from mirror $2 into folder $1/package. apt checks the archive's signature and the hashes;
# its lists and its cache are the folder's, so that the machine's own stay as they are and nobody needs to be root.
fetch_rdkafka() {
  local folder=$1 mirror=$2
  local options=(-q -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=-
    -o Dir::State::lists="$folder/lists" -o Dir::Cache="$folder/cache" -o APT::Update::Error-Mode=any)
  rm -rf "$folder/package"
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial" "$folder/package"
  printf 'deb-src [signed-by=%s] %s trixie main\n' "$rdkafka_keyring" "$mirror" >"$folder/sources.list"
  apt "${options[@]}" update >>"$log" &&
    (cd "$folder/package" && apt "${options[@]}" source --download-only librdkafka) >>"$log"
}

# The sources with Debian's patches, among them fixes of security, in $1/source.
unpack_rdkafka() {
  local package=$1/package source=$1/source name
  mkdir -p "$source"
  tar xzf "$package/librdkafka_$rdkafka_version.orig.tar.gz" -C "$source" --strip-components=1 || return 1
  rm -rf "$source/debian"  # upstream has one of its own
  tar xJf "$package/librdkafka_$rdkafka_version-"*.debian.tar.xz -C "$source" || return 1
  [ -f "$source/debian/patches/series" ] || return 0
  while read -r name _; do
    patch --batch -d "$source" -p1 <"$source/debian/patches/$name" || return 1
  done < <(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$source/debian/patches/series")
}

# Compiles $1/source and puts what is used of it into $1/done.
compile_rdkafka() {
  local folder=$1 launcher=
  if command -v ccache >/dev/null; then launcher=-DCMAKE_C_COMPILER_LAUNCHER=ccache; fi
  export CCACHE_BASEDIR=$folder CCACHE_NOHASHDIR=1  # found again although the folder's name is another each time
  cmake -G Ninja -S "$folder/source" -B "$folder/objects" "${rdkafka_flags[@]}" $launcher &&
    cmake --build "$folder/objects" -j "$(nproc)" --target rdkafka || return 1
  mkdir -p "$folder/done/lib" "$folder/done/include/librdkafka"
  cp "$folder/objects/src/librdkafka.a" "$folder/done/lib/" &&
    cp "$folder/source/src/rdkafka.h" "$folder/done/include/librdkafka/" &&
    cp "$folder/source/LICENSES.txt" "$folder/done/" || return 1
  (cd "$folder/done" && { rdkafka_recipe; sha256sum lib/librdkafka.a include/librdkafka/rdkafka.h; } >stamp)
}

rdkafka_failed() {
  tail -n 20 "$log" >&2
  rm -rf "$1"
  fail "librdkafka $rdkafka_version cannot be $2; see $log"
}

build_rdkafka() {
  local begun=$SECONDS partial mirror
  mkdir -p build
  find build -maxdepth 1 -name 'librdkafka.*' -mmin +60 -exec rm -rf {} +
  partial=$(mktemp -d "$PWD/build/librdkafka.XXXXXX")
  say "fetching librdkafka $rdkafka_version, the client of Kafka, as Debian 13's source package"
  while read -r mirror; do
    if fetch_rdkafka "$partial" "$mirror"; then break; fi
    say "not to be had from $mirror"
    rm -rf "$partial/lists"
  done < <(debian_mirrors)
  [ -f "$partial/package/librdkafka_$rdkafka_version.orig.tar.gz" ] ||
    rdkafka_failed "$partial" "fetched from Debian 13"
  say "building it, about half a minute (details in $log)"
  unpack_rdkafka "$partial" >>"$log" 2>&1 || rdkafka_failed "$partial" unpacked
  (compile_rdkafka "$partial") >>"$log" 2>&1 || rdkafka_failed "$partial" built
  rm -rf "$rdkafka"
  mv -T "$partial/done" "$rdkafka" 2>/dev/null || true  # else somebody else was quicker
  rm -rf "$partial"
  have_built_rdkafka || fail "cannot make the folder $rdkafka"
  say "librdkafka built in $((SECONDS - begun)) s"
}

install_rdkafka() {
  if have_built_rdkafka; then return 0; fi
  if ! packaged_rdkafka; then
    build_rdkafka
  elif ! installed_rdkafka; then
    install_packages librdkafka-dev  # an older one is there, or the package lists have just been fetched
  fi
}
