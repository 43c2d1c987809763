import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyFilePolicies, type FilePolicies } from './file-policies.ts';
import { type ApiHouse, openApiHouse } from './house.fixture.ts';

let house: ApiHouse;
beforeEach(async () => {
  house = await openApiHouse();
});
afterEach(() => house.dispose());

const WHOLE: FilePolicies = {
  repos: [{ repo_name: 'security', path: 'data', retention: 730, remote_logpoint: 'dr' }],
  normalizers: [{ name: 'team', fields: [{ to: 'who', from: 'user' }] }],
  normalizationPolicies: [{ name: 'np', normalizers: [{ name: 'team', type: 'mapping' }] }],
  enrichmentPolicies: [{ name: 'nets', steps: [{ type: 'cidr', name: 'own', ranges: ['10.0.0.0/8'] }] }],
  routingPolicies: [{ policy_name: 'main', routing_criteria: [], catch_all: 'security' }],
};

describe('the repositories and policies of a config file', () => {
  it('are made in the order in which they name each other, and a second start changes nothing', async () => {
    const { policies } = house.rooms;
    await applyFilePolicies(WHOLE, house.rooms);
    expect(house.repos.get('security')).toBe(730);
    expect(policies.find('routing', 'main')?.rules).toMatchObject({ catch_all: 'security' });
    expect(policies.find('normalization', 'np')?.normalizers).toEqual([{ name: 'team', type: 'mapping' }]);
    expect(policies.find('enrichment', 'nets')).toBeDefined();
    const changes: string[] = [];
    policies.onChange((_kind, name) => changes.push(name));
    await applyFilePolicies(WHOLE, house.rooms);
    expect(changes).toEqual([]);
  });

  it('are changed by their name, the built-in repository too; others stay', async () => {
    await applyFilePolicies(WHOLE, house.rooms);
    const repos = [{ repo_name: 'default', path: 'data', retention: 7 }];
    await applyFilePolicies({ repos }, house.rooms);
    expect(house.rooms.policies.find('repo', 'default')).toMatchObject({
      builtIn: true,
      paths: [{ retentionDays: 7 }],
    });
    expect(house.rooms.policies.find('repo', 'security')).toBeDefined();
  });

  it('are refused with every fault of a kind', async () => {
    const normalizers = [5, { name: 'x', fields: [{ to: 'a..b', is: 1 }] }, { name: 'ecs', fields: [] }];
    await expect(applyFilePolicies({ normalizers }, house.rooms)).rejects.toThrow(
      /normalizers are wrong: normalizers\[0\]\.data .*normalizers\[1\]\.fields\[0\]\.to .*normalizers\[2\]\.name/,
    );
    const twice = [WHOLE.normalizers?.[0], WHOLE.normalizers?.[0]];
    await expect(applyFilePolicies({ normalizers: twice }, house.rooms)).rejects.toThrow(
      'normalizers[1].name stands there twice',
    );
    expect(house.rooms.policies.list('normalizer')).toEqual([]);
  });
});
