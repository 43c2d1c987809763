const anyOf = (names: string) =>
  names
    .split(' ')
    .map((name) => `($.eventName=${name})`)
    .join('||');

/** The 15 patterns of the CIS benchmark: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html */
export const CIS_PATTERNS: readonly string[] = [
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
];
