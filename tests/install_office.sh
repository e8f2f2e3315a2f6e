#!/bin/sh
# Install what some tests drive for real: Chromium (the pages) and LibreOffice (the forms), with fonts that have
# Vietnamese letters. Debian and Ubuntu only. Quiet, repeatable, one line at the end; never fails a machine where it
# may not install, because the tests themselves say what they miss (and fail when CI=true).
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
    || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-calc libreoffice-writer-nogui"
fc-list :lang=vi family 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-dejavu-core"

if [ -z "$missing" ]; then
    echo "Trình duyệt và bộ văn phòng cho kiểm thử: đã có."
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Chưa có cho kiểm thử:$missing. Cần người quản trị chạy: apt-get install --no-install-recommends$missing"
    exit 0
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of package names
if apt-get update -qq >"$log" 2>&1 && apt-get install -y -qq --no-install-recommends $missing >>"$log" 2>&1; then
    echo "Trình duyệt và bộ văn phòng cho kiểm thử: đã cài$missing."
else
    echo "Không cài được$missing: $(tail -n 1 "$log"). Các kiểm thử cần chúng sẽ được bỏ qua."
fi
