/**
 * `npm run bench -- filter-patterns [--seconds 4]`: how many already parsed events a second pass all 15 CIS patterns,
 * on one core. Events are made up, with the names that the patterns ask for among them.
 */
import { parseArgs } from 'node:util';
import { compileFilterPattern, LogMessage } from '../src/logs/index.ts';
import { generateEvents } from './generator.ts';

const { values: flags } = parseArgs({ options: { seconds: { type: 'string', default: '4' } } });

const anyOf = (names: string) =>
  names
    .split(' ')
    .map((name) => `($.eventName=${name})`)
    .join('||');

/** https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html */
const PATTERNS = [
  '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}',
  '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
  '{($.eventName="ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success")}',
  `{($.eventSource=iam.amazonaws.com) && (${anyOf('DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy PutUserPolicy CreatePolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion AttachRolePolicy DetachRolePolicy AttachUserPolicy DetachUserPolicy AttachGroupPolicy DetachGroupPolicy')})}`,
  `{${anyOf('CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging')}}`,
  '{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}',
  `{($.eventSource=kms.amazonaws.com) && (${anyOf('DisableKey ScheduleKeyDeletion')})}`,
  `{($.eventSource=s3.amazonaws.com) && (${anyOf('PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication DeleteBucketPolicy DeleteBucketCors DeleteBucketLifecycle DeleteBucketReplication')})}`,
  `{($.eventSource=config.amazonaws.com) && (${anyOf('StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder')})}`,
  `{${anyOf('AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateSecurityGroup DeleteSecurityGroup')}}`,
  `{${anyOf('CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry ReplaceNetworkAclAssociation')}}`,
  `{${anyOf('CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway CreateInternetGateway DeleteInternetGateway DetachInternetGateway')}}`,
  `{($.eventSource=ec2.amazonaws.com) && (${anyOf('CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation DeleteRouteTable DeleteRoute DisassociateRouteTable')})}`,
  `{${anyOf('CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection CreateVpcPeeringConnection DeleteVpcPeeringConnection RejectVpcPeeringConnection AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink EnableVpcClassicLink')}}`,
  `{($.eventSource=organizations.amazonaws.com) && (${anyOf('AcceptHandshake AttachPolicy CreateAccount CreateOrganizationalUnit CreatePolicy DeclineHandshake DeleteOrganization DeleteOrganizationalUnit DeletePolicy DetachPolicy DisablePolicyType EnablePolicyType InviteAccountToOrganization LeaveOrganization MoveAccount RemoveAccountFromOrganization UpdatePolicy UpdateOrganizationalUnit')})}`,
].map(compileFilterPattern);

const made = generateEvents({ eventsPerSecond: 100 });
const messages = Array.from({ length: 20_000 }, () => {
  const text = made.next().value.raw.toString();
  return new LogMessage(text, JSON.parse(text));
});

round(1_000);
const { events, matched, ms } = round(Number(flags.seconds) * 1_000);
console.log(
  `${Math.round((events / ms) * 1_000)} events/s through ${PATTERNS.length} patterns (${events} events, ${matched} matches)`,
);

function round(wanted: number): { events: number; matched: number; ms: number } {
  const begin = performance.now();
  let seen = 0;
  let hits = 0;
  while (performance.now() - begin < wanted) {
    for (const message of messages) for (const pattern of PATTERNS) if (pattern.matches(message)) hits++;
    seen += messages.length;
  }
  return { events: seen, matched: hits, ms: performance.now() - begin };
}
