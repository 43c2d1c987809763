/** One alarm of the CIS AWS Foundations Benchmark, section 4, and the Security Hub control that asks for it. */
export interface CisControl {
  /** Of the benchmark: `4.3`. */
  readonly number: string;
  /** Of Security Hub (https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html), if it has one. */
  readonly securityHub?: string;
  /** Name of the filter, of its metric and of the alarm. */
  readonly name: string;
  /** What sets the alarm off, for people. */
  readonly title: string;
  readonly pattern: string;
}

/** Where all these metrics are filed: AWS's pages name this one. */
export const CIS_NAMESPACE = 'LogMetrics';

/** The 15 controls, in the benchmark's order, with the patterns that Security Hub's pages print. */
export const CIS_CONTROLS: readonly CisControl[] = [
  {
    number: '4.1',
    securityHub: 'CloudWatch.2',
    name: 'UnauthorizedAPICalls',
    title: 'calls that were not allowed',
    pattern: '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
  },
  {
    number: '4.2',
    securityHub: 'CloudWatch.3',
    name: 'ConsoleSigninWithoutMFA',
    title: 'console sign-in without a second factor',
    pattern:
      '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
  },
  {
    number: '4.3',
    securityHub: 'CloudWatch.1',
    name: 'RootAccountUsage',
    title: 'use of the root user',
    pattern:
      '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}',
  },
  {
    number: '4.4',
    securityHub: 'CloudWatch.4',
    name: 'IAMPolicyChanges',
    title: 'changes of IAM policies',
    pattern: eventsOf(
      'iam.amazonaws.com',
      'DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy PutUserPolicy CreatePolicy DeletePolicy CreatePolicyVersion DeletePolicyVersion AttachRolePolicy DetachRolePolicy AttachUserPolicy DetachUserPolicy AttachGroupPolicy DetachGroupPolicy',
    ),
  },
  {
    number: '4.5',
    securityHub: 'CloudWatch.5',
    name: 'CloudTrailChanges',
    title: 'changes of trails',
    pattern: events('CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging'),
  },
  {
    number: '4.6',
    securityHub: 'CloudWatch.6',
    name: 'ConsoleAuthenticationFailure',
    title: 'failed console sign-in',
    pattern: '{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}',
  },
  {
    number: '4.7',
    securityHub: 'CloudWatch.7',
    name: 'DisableOrDeleteCMK',
    title: 'KMS keys disabled or about to be deleted',
    pattern: eventsOf('kms.amazonaws.com', 'DisableKey ScheduleKeyDeletion'),
  },
  {
    number: '4.8',
    securityHub: 'CloudWatch.8',
    name: 'S3BucketPolicyChanges',
    title: 'changes of who may use buckets',
    pattern: eventsOf(
      's3.amazonaws.com',
      'PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication DeleteBucketPolicy DeleteBucketCors DeleteBucketLifecycle DeleteBucketReplication',
    ),
  },
  {
    number: '4.9',
    securityHub: 'CloudWatch.9',
    name: 'AWSConfigChanges',
    title: 'changes of AWS Config',
    pattern: eventsOf(
      'config.amazonaws.com',
      'StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder',
    ),
  },
  {
    number: '4.10',
    securityHub: 'CloudWatch.10',
    name: 'SecurityGroupChanges',
    title: 'changes of security groups',
    pattern: events(
      'AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress CreateSecurityGroup DeleteSecurityGroup',
    ),
  },
  {
    number: '4.11',
    securityHub: 'CloudWatch.11',
    name: 'NetworkACLChanges',
    title: 'changes of network ACLs',
    pattern: events(
      'CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry ReplaceNetworkAclAssociation',
    ),
  },
  {
    number: '4.12',
    securityHub: 'CloudWatch.12',
    name: 'NetworkGatewayChanges',
    title: 'changes of gateways',
    pattern: events(
      'CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway CreateInternetGateway DeleteInternetGateway DetachInternetGateway',
    ),
  },
  {
    number: '4.13',
    securityHub: 'CloudWatch.13',
    name: 'RouteTableChanges',
    title: 'changes of routes',
    pattern: eventsOf(
      'ec2.amazonaws.com',
      'CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation DeleteRouteTable DeleteRoute DisassociateRouteTable',
    ),
  },
  {
    number: '4.14',
    securityHub: 'CloudWatch.14',
    name: 'VPCChanges',
    title: 'changes of networks',
    pattern: events(
      'CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection CreateVpcPeeringConnection DeleteVpcPeeringConnection RejectVpcPeeringConnection AttachClassicLinkVpc DetachClassicLinkVpc DisableVpcClassicLink EnableVpcClassicLink',
    ),
  },
  {
    number: '4.15',
    name: 'OrganizationsChanges',
    title: 'changes of the organization',
    pattern: eventsOf(
      'organizations.amazonaws.com',
      'AcceptHandshake AttachPolicy CreateAccount CreateOrganizationalUnit CreatePolicy DeclineHandshake DeleteOrganization DeleteOrganizationalUnit DeletePolicy DetachPolicy DisablePolicyType EnablePolicyType InviteAccountToOrganization LeaveOrganization MoveAccount RemoveAccountFromOrganization UpdateOrganizationalUnit UpdatePolicy',
    ),
  },
];

function names(list: string): string {
  return list
    .split(' ')
    .map((name) => `($.eventName=${name})`)
    .join(' || ');
}

function events(list: string): string {
  return `{${names(list)}}`;
}

function eventsOf(source: string, list: string): string {
  return `{($.eventSource=${source}) && (${names(list)})}`;
}

/** A pattern without blanks and quotes, which mean nothing here: how `status` tells whether a filter is a control's. */
export function comparablePattern(pattern: string): string {
  return pattern.replaceAll(/\s+/g, '').replaceAll('"', '');
}
