import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Where the check itself is; every other place has a link to it. */
const home = '/usr/lib/centreon/plugins';

/** Where Nagios and Icinga look: Debian, and RHEL on 64 bits. */
const nagiosFolders = {
  deb: ['/usr/lib/nagios/plugins'],
  rpm: ['/usr/lib/nagios/plugins', '/usr/lib64/nagios/plugins'],
};

const executable = 0o755;
const plain = 0o644;

/**
 * What a package puts onto a machine, by absolute path: a file with its bytes and mode, or a link with its target.
 * `kind` is deb or rpm, `name` the package's own name.
 *
 * @returns {Map<string, { content: Buffer | string, mode: number } | { link: string }>}
 * @throws Error when the check has not been built
 */
export function contents(root, kind, name, version) {
  const check = join(root, 'dist', 'check_cloudtrail.js');
  if (!existsSync(check)) throw new Error(`${check} is missing: run npm run build first`);
  const packaging = join(root, 'packaging');
  const files = new Map();

  files.set(`${home}/check_cloudtrail`, { content: readFileSync(check), mode: executable });
  const wrapper = readFileSync(join(packaging, 'check_cloudtrail_with_keys'));
  files.set(`${home}/check_cloudtrail_with_keys`, { content: wrapper, mode: executable });
  // The name that Centreon's own connector calls: with it, nothing at all has to be changed there.
  files.set(`${home}/centreon_aws_cloudtrail_api.pl`, { link: 'check_cloudtrail_with_keys' });
  for (const folder of nagiosFolders[kind]) {
    for (const program of ['check_cloudtrail', 'check_cloudtrail_with_keys'])
      files.set(`${folder}/${program}`, { link: relative(folder, `${home}/${program}`) });
  }

  for (const system of ['nagios', 'icinga2', 'centreon']) {
    for (const file of readdirSync(join(packaging, system)).sort()) {
      const content = readFileSync(join(packaging, system, file));
      files.set(`/usr/share/check_cloudtrail/${system}/${file}`, { content, mode: plain });
    }
  }
  for (const page of readdirSync(join(packaging, 'man')).sort()) {
    const text = readFileSync(join(packaging, 'man', page), 'utf8').replaceAll('@VERSION@', version);
    files.set(`/usr/share/man/man1/${page}.gz`, { content: gzipSync(text, { level: 9 }), mode: plain });
  }
  files.set(`/usr/share/doc/${name}/copyright`, {
    content: readFileSync(join(root, 'LICENSE')),
    mode: plain,
  });
  return files;
}

/** Lays the contents out below a folder, as they will lie below the root of a machine. */
export function stage(files, folder) {
  for (const [path, file] of files) {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true, mode: 0o755 });
    if ('link' in file) symlinkSync(file.link, place);
    else {
      writeFileSync(place, file.content);
      chmodSync(place, file.mode);
    }
  }
}

/** A template with every @WORD@ put in. @throws Error for a word that has no value */
export function fill(template, values) {
  return template.replace(/@([A-Z]+)@/g, (_, word) => {
    const value = values[word];
    if (value === undefined) throw new Error(`the template asks for @${word}@, which has no value`);
    return value;
  });
}
