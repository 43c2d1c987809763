/**
 * `verify.sh` of an evidence archive: POSIX shell without any program but openssl, gzip and sha256sum. It trusts only
 * the files in keys/: digests are read for their members in the form in which CloudTrail writes them (compact JSON),
 * and whatever it cannot read so is invalid.
 */
export const VERIFY_SCRIPT = String.raw`#!/bin/sh
# Verifies this evidence archive with nothing but openssl, gzip and sha256sum.
# usage: sh verify.sh        (exit code 0: everything is valid)
set -u
LC_ALL=C
export LC_ALL
cd "${'$'}{0%/*}" 2>/dev/null || :
bad=0
fail() { bad=1; printf 'INVALID: %s\n' "$*"; }

# member TEXT NAME: the string value of a member, or null
member() {
  rest=${'$'}{1#*\"$2\":}
  [ "$rest" = "$1" ] && { value=; return 1; }
  case $rest in
    null*) value=null ;;
    \"*) rest=${'$'}{rest#\"}; value=${'$'}{rest%%\"*} ;;
    *) value=; return 1 ;;
  esac
}
hash_of() { sum=$(gzip -dc "$1" | sha256sum) || sum=; hash=${'$'}{sum%% *}; }

sha256sum -c --quiet SHA256SUMS || fail 'the files are not those of SHA256SUMS'

# Each digest: signed by its key, and holding the hash of the digest before it.
digests=0
last=
previous_hash=
previous_signature=
while read -r number before; do
  file=digests/$number.json.gz
  digests=$((digests + 1))
  json=$(gzip -dc "$file") || { fail "$file cannot be unpacked"; continue; }
  hash_of "$file"
  member "$json" digestEndTime; end=$value
  member "$json" digestS3Bucket; bucket=$value
  member "$json" digestS3Object; object=$value
  member "$json" digestPublicKeyFingerprint; fingerprint=$value
  member "$json" previousDigestSignature || fail "$file has no readable previousDigestSignature"
  signature_before=$value
  member "$json" previousDigestHashValue; hash_before=$value
  case $fingerprint in
    ''|*[!0-9a-f]*) fail "$file names no public key"; continue ;;
  esac
  key=keys/$fingerprint.pem
  actual=$(openssl rsa -pubin -in "$key" -RSAPublicKey_out -outform DER 2>/dev/null | openssl dgst -md5 -r)
  [ "${'$'}{actual%% *}" = "$fingerprint" ] || fail "$key does not have the fingerprint $fingerprint"
  printf '%s\n%s/%s\n%s\n%s' "$end" "$bucket" "$object" "$hash" "$signature_before" |
    openssl dgst -sha256 -verify "$key" -signature "digests/$number.sig" >/dev/null 2>&1 ||
    fail "$file is not signed by the key $fingerprint"
  if [ "$before" != - ]; then
    [ "$before" = "$last" ] || fail "chain.txt is out of order at $number"
    [ "$hash_before" = "$previous_hash" ] || fail "$file does not continue digest $before (hash)"
    [ "$signature_before" = "$previous_signature" ] || fail "$file does not continue digest $before (signature)"
  fi
  last=$number
  previous_hash=$hash
  IFS= read -r previous_signature <"digests/$number.hex" || [ -n "$previous_signature" ]
  printf 'digest %s: until %s, s3://%s/%s\n' "$number" "$end" "$bucket" "$object"
done <chain.txt

# Each log file: listed with its hash in a digest.
logs=0
while read -r number digest; do
  file=logs/$number.json.gz
  logs=$((logs + 1))
  hash_of "$file"
  json=$(gzip -dc "digests/$digest.json.gz")
  list=${'$'}{json#*\"logFiles\":}
  [ "$list" = "$json" ] && list=
  case $list in
    *'"hashValue":"'"$hash"'"'*) ;;
    *) fail "$file is not listed in digest $digest" ;;
  esac
done <logs.txt

# Each record: word for word in its log file.
records=0
loaded=
exec 3<records.ndjson
while read -r number; do
  IFS= read -r record <&3 || fail 'records.ndjson ends too early'
  records=$((records + 1))
  if [ "$number" != "$loaded" ]; then
    text=$(gzip -dc "logs/$number.json.gz")
    loaded=$number
  fi
  [ -n "$record" ] || fail "record $records is empty"
  case $text in
    *"$record"*) ;;
    *) fail "record $records is not in log file $number" ;;
  esac
done <records.txt
IFS= read -r record <&3 && fail 'records.ndjson has more records than records.txt'

[ "$digests" -gt 0 ] && [ "$logs" -gt 0 ] && [ "$records" -gt 0 ] || fail 'the archive is empty'
printf '%s records in %s log files under %s digests\n' "$records" "$logs" "$digests"
[ "$bad" = 0 ] || exit 1
printf 'VALID for these keys; compare them with what CloudTrail publishes (see README.md):\n'
for key in keys/*.pem; do
  name=${'$'}{key#keys/}
  printf '  %s\n' "${'$'}{name%.pem}"
done
`;
