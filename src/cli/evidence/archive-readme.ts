/** What `README.md` of an archive tells of. Times are ISO 8601. */
export interface ReadmeFacts {
  readonly trailArn: string;
  readonly question: string;
  readonly regions: readonly string[];
  readonly keysFrom: string;
  readonly keysUntil: string;
}

/** `README.md` of an evidence archive: for somebody who has neither opentrail nor access to the bucket. */
export function archiveReadme({ trailArn, question, regions, keysFrom, keysUntil }: ReadmeFacts): string {
  return `# Evidence from a CloudTrail trail

Trail: ${trailArn}
Asked for: ${question}

| file | what it is |
|---|---|
| records.ndjson | the records asked for, one a line, each with its own bytes |
| records.txt | for each record the number of the log file that holds it |
| logs/NNNN.json.gz | these log files, as they lie in the bucket |
| logs.txt | for each log file the number of the digest that lists it |
| digests/NNNN.json.gz | these digests, those between them and the one before them, as they lie in the bucket |
| digests/NNNN.hex, .sig | each digest's signature: the object's metadata \`signature\`, and the same as bytes |
| chain.txt | the digests from old to new, each with the number of the one before it; \`-\` where this archive begins |
| keys/FINGERPRINT.pem, .der | the public keys (SPKI as PEM, PKCS #1 as DER) |
| keys.json | the same keys as \`aws cloudtrail list-public-keys\` prints them |
| manifest.json, SHA256SUMS | SHA-256 of every file |
| verify.sh | checks all of this |

## Check it

\`\`\`sh
sh verify.sh
\`\`\`

needs a POSIX shell, openssl, gzip and sha256sum, and no network. \`opentrail evidence verify FILE.tar.gz\` does the same
with a JSON parser, and also refuses a record that is only a part of another record.

## Check the keys

Everything above rests on the public keys. Ask CloudTrail itself for them, on a machine that you trust, and compare:

\`\`\`sh
${regions.map((region) => `aws cloudtrail list-public-keys --region ${region} --start-time ${keysFrom} --end-time ${keysUntil}`).join('\n')}
openssl base64 -A -in keys/FINGERPRINT.der
\`\`\`

The second command prints what must stand there as \`Value\`. With access to the bucket the AWS CLI checks the originals:

\`\`\`sh
${regions.map((region) => `aws cloudtrail validate-logs --region ${region} --trail-arn ${trailArn} --start-time ${keysFrom} --end-time ${keysUntil}`).join('\n')}
\`\`\`

## Check one digest by hand

1. \`gzip -dc digests/0001.json.gz | sha256sum\`
2. Write four lines, without a line feed at the end: digestEndTime; digestS3Bucket/digestS3Object; that sum;
   previousDigestSignature, or the word null. All but the sum stand in the digest.
3. \`openssl dgst -sha256 -verify keys/FINGERPRINT.pem -signature digests/0001.sig FOUR-LINES\`
4. \`gzip -dc logs/0001.json.gz | sha256sum\` must stand in its digest as \`hashValue\`, and the sum of a digest in the next
   one as \`previousDigestHashValue\`.

What these signatures mean: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
`;
}
