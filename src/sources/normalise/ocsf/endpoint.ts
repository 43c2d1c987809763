import { type Facts, textOf } from '../facts.ts';

/** `src_endpoint`: always something, since the schema wants at least one of its members. */
export function sourceEndpoint(facts: Facts): Readonly<Record<string, unknown>> {
  const { ip, caller, identity, eventSource, record } = facts;
  if (ip !== undefined) {
    const vpc = textOf(record.vpcEndpointId);
    return { ip, ...placeOf(facts), ...networkOf(facts), ...(vpc !== undefined && { interface_uid: vpc }) };
  }
  // No address: the service that called, or the one that it happened in.
  return { svc_name: caller ?? textOf(identity.invokedBy) ?? (eventSource || 'unknown') };
}

function placeOf(facts: Facts): Readonly<Record<string, unknown>> {
  const country = facts.enriched('enrich.geo.country_code');
  const city = facts.enriched('enrich.geo.city_name');
  const region = facts.enriched('enrich.geo.region_code');
  if (country === undefined && city === undefined) return {};
  const [lat, long] = [facts.enriched('enrich.geo.latitude'), facts.enriched('enrich.geo.longitude')];
  const location = {
    ...(country !== undefined && { country }),
    ...(city !== undefined && { city }),
    ...(country !== undefined && region !== undefined && { region: `${country}-${region}` }),
    ...(lat !== undefined && long !== undefined && { lat: Number(lat), long: Number(long) }),
  };
  return { location };
}

function networkOf(facts: Facts): Readonly<Record<string, unknown>> {
  const number = facts.enriched('enrich.as.as_number');
  const name = facts.enriched('enrich.as.as_organization');
  if (number === undefined && name === undefined) return {};
  return {
    autonomous_system: {
      ...(number !== undefined && { number: Number(number) }),
      ...(name !== undefined && { name }),
    },
  };
}
