import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Folders in which machines without network keep Terraform's providers; each holds `registry.terraform.io`. */
export const mirror = [
  process.env.TF_PLUGIN_MIRROR ?? '',
  '/opt/tf-plugins',
  '/usr/share/terraform/plugins',
  '/usr/local/share/terraform/plugins',
  join(process.env.HOME ?? '/', '.terraform.d', 'plugins'),
].find((folder) => folder !== '' && existsSync(join(folder, 'registry.terraform.io', 'hashicorp', 'aws')));
