module headwater.example/interop

go 1.25

require golang.org/x/mod v0.7.0

// Debian's golang-golang-x-mod-dev; no module is fetched.
replace golang.org/x/mod => /usr/share/gocode/src/golang.org/x/mod
