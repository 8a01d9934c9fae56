#!/bin/sh
# newsfold score on the feed readers that Debian has, and on a script as people write it. Usage:
#   bench/score/peers.sh path/to/newsfold [MINUTES-BETWEEN-RUNS]
# Needs: apt-get install faketime newsboat rss2email python3-feedparser curl. Each peer runs with its defaults; the
# cadence is that of its documentation or, for what cron runs, once an hour.
set -eu
newsfold=$(realpath "$1")
every=${2:-60}
here=$(dirname "$(realpath "$0")")

# As it is found in many crontabs: all feeds at once, curl's own conditional requests.
curl_script='
cd "$SCORE_DIR"; n=0
while read -r url; do
  n=$((n + 1))
  curl -gsL --compressed --max-time 20 --etag-save etag.$n.new --etag-compare etag.$n -z feed.$n -R -o feed.$n.new "$url"
  [ -s etag.$n.new ] && mv etag.$n.new etag.$n
  [ -s feed.$n.new ] && mv feed.$n.new feed.$n
done < "$SCORE_URLS"'

newsboat='
export HOME=$SCORE_DIR XDG_CONFIG_HOME=$SCORE_DIR/.config XDG_DATA_HOME=$SCORE_DIR/.data
[ -f "$SCORE_DIR/config" ] || echo "reload-threads 1" > "$SCORE_DIR/config"
newsboat -C "$SCORE_DIR/config" -c "$SCORE_DIR/cache.db" -u "$SCORE_URLS" -x reload'

rss2email='
export HOME=$SCORE_DIR
c="$SCORE_DIR/r2e.cfg"; d="$SCORE_DIR/r2e.json"
if [ "$SCORE_RUN" = 0 ]; then
  r2e -c "$c" -d "$d" new nobody@localhost.invalid
  n=0; while read -r url; do n=$((n + 1)); r2e -c "$c" -d "$d" add "feed$n" "$url"; done < "$SCORE_URLS"
fi
r2e -c "$c" -d "$d" run --no-send'

grade() {
  printf '\n== %s\n' "$1"
  "$newsfold" score --every "$every" "$2" 2>/dev/null || true
}

printf '== newsfold\n'
"$newsfold" score --self
grade newsboat "$newsboat"
grade rss2email "$rss2email"
grade 'python3-feedparser, with its etag and modified' "/usr/bin/python3 '$here/feedparser_poll.py'"
grade 'curl in a shell script' "$curl_script"
