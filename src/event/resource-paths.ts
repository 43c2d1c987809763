/** Where a service's records name a resource, and the type under which LookupEvents lists it. */
export interface ResourcePath {
  readonly path: readonly string[];
  readonly type: string;
}

/**
 * Written as `in` (requestParameters) or `out` (responseElements), then the members. Lists on the way are walked.
 * Types are CloudFormation's names, as CloudTrail's index uses them; the index itself is not documented, so this
 * holds what AWS's samples show and the plain identifiers of the services that trails are most often asked about.
 */
const TABLE: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  iam: {
    'AWS::IAM::User': ['in.userName', 'out.user.userName', 'out.user.arn', 'out.user.userId'],
    'AWS::IAM::Role': ['in.roleName', 'out.role.roleName', 'out.role.arn', 'out.role.roleId'],
    'AWS::IAM::Group': ['in.groupName', 'out.group.groupName', 'out.group.arn', 'out.group.groupId'],
    'AWS::IAM::Policy': [
      'in.policyArn',
      'in.policyName',
      'out.policy.policyName',
      'out.policy.arn',
      'out.policy.policyId',
    ],
    'AWS::IAM::AccessKey': ['in.accessKeyId', 'out.accessKey.accessKeyId'],
    'AWS::IAM::InstanceProfile': [
      'in.instanceProfileName',
      'out.instanceProfile.arn',
      'out.instanceProfile.instanceProfileId',
    ],
    'AWS::IAM::MfaDevice': ['in.serialNumber', 'out.virtualMFADevice.serialNumber'],
    'AWS::IAM::ServerCertificate': ['in.serverCertificateName'],
  },
  sts: {
    'AWS::IAM::Role': ['in.roleArn'],
    'AWS::IAM::AccessKey': ['out.credentials.accessKeyId'],
    'AWS::STS::AssumedRole': [
      'in.roleSessionName',
      'out.assumedRoleUser.arn',
      'out.assumedRoleUser.assumedRoleId',
    ],
    'AWS::STS::FederatedUser': ['out.federatedUser.arn', 'out.federatedUser.federatedUserId'],
  },
  cloudtrail: {
    'AWS::CloudTrail::Trail': ['in.name', 'in.trailName', 'out.name', 'out.trailARN', 'in.resourceId'],
    'AWS::CloudTrail::EventDataStore': ['in.eventDataStore', 'out.eventDataStoreArn'],
    'AWS::CloudTrail::Channel': ['in.channel', 'out.channelArn'],
    'AWS::S3::Bucket': ['in.s3BucketName', 'out.s3BucketName'],
    'AWS::SNS::Topic': ['in.snsTopicName', 'out.snsTopicARN'],
    'AWS::KMS::Key': ['in.kmsKeyId', 'out.kmsKeyId'],
    'AWS::Logs::LogGroup': ['in.cloudWatchLogsLogGroupArn', 'out.cloudWatchLogsLogGroupArn'],
    'AWS::IAM::Role': ['in.cloudWatchLogsRoleArn', 'out.cloudWatchLogsRoleArn'],
  },
  s3: { 'AWS::S3::Bucket': ['in.bucketName'] },
  sns: {
    'AWS::SNS::Topic': ['in.topicArn', 'in.name', 'out.topicArn'],
    'AWS::SNS::Subscription': ['in.subscriptionArn', 'out.subscriptionArn'],
  },
  sqs: { 'AWS::SQS::Queue': ['in.queueName', 'in.queueUrl', 'out.queueUrl'] },
  ec2: {
    'AWS::EC2::Instance': [
      'in.instancesSet.items.instanceId',
      'out.instancesSet.items.instanceId',
      'in.instanceId',
    ],
    'AWS::EC2::AMI': [
      'in.imageId',
      'in.instancesSet.items.imageId',
      'out.instancesSet.items.imageId',
      'out.imageId',
    ],
    'AWS::EC2::SecurityGroup': [
      'in.groupId',
      'in.groupName',
      'out.groupId',
      'in.groupSet.items.groupId',
      'out.instancesSet.items.groupSet.items.groupId',
      'out.instancesSet.items.groupSet.items.groupName',
    ],
    'AWS::EC2::Subnet': ['in.subnetId', 'out.subnet.subnetId', 'out.instancesSet.items.subnetId'],
    'AWS::EC2::VPC': ['in.vpcId', 'out.vpc.vpcId', 'out.instancesSet.items.vpcId'],
    'AWS::EC2::KeyPair': [
      'in.keyName',
      'in.instancesSet.items.keyName',
      'out.keyName',
      'out.instancesSet.items.keyName',
    ],
    'AWS::EC2::NetworkInterface': [
      'in.networkInterfaceId',
      'out.networkInterface.networkInterfaceId',
      'out.instancesSet.items.networkInterfaceSet.items.networkInterfaceId',
    ],
    'AWS::EC2::Volume': ['in.volumeId', 'out.volumeId'],
    'AWS::EC2::Snapshot': ['in.snapshotId', 'out.snapshotId'],
    'AWS::EC2::RouteTable': ['in.routeTableId', 'out.routeTable.routeTableId'],
    'AWS::EC2::InternetGateway': ['in.internetGatewayId', 'out.internetGateway.internetGatewayId'],
    'AWS::EC2::NatGateway': ['in.natGatewayId'],
    'AWS::EC2::NetworkAcl': ['in.networkAclId', 'out.networkAcl.networkAclId'],
    'AWS::EC2::EIP': ['in.allocationId', 'out.allocationId', 'out.publicIp'],
    'AWS::EC2::LaunchTemplate': ['in.launchTemplateId'],
  },
  lambda: { 'AWS::Lambda::Function': ['in.functionName', 'out.functionName', 'out.functionArn'] },
  kms: { 'AWS::KMS::Key': ['in.keyId', 'out.keyMetadata.keyId', 'out.keyMetadata.arn', 'out.keyId'] },
  dynamodb: { 'AWS::DynamoDB::Table': ['in.tableName', 'out.tableDescription.tableArn'] },
  rds: {
    'AWS::RDS::DBInstance': ['in.dBInstanceIdentifier', 'out.dBInstanceArn'],
    'AWS::RDS::DBCluster': ['in.dBClusterIdentifier', 'out.dBClusterArn'],
    'AWS::RDS::DBSnapshot': ['in.dBSnapshotIdentifier', 'out.dBSnapshotArn'],
  },
  logs: { 'AWS::Logs::LogGroup': ['in.logGroupName'], 'AWS::Logs::LogStream': ['in.logStreamName'] },
  monitoring: { 'AWS::CloudWatch::Alarm': ['in.alarmName', 'in.alarmNames'] },
  events: { 'AWS::Events::Rule': ['in.name', 'in.rule', 'out.ruleArn'] },
  secretsmanager: { 'AWS::SecretsManager::Secret': ['in.secretId', 'in.name', 'out.aRN', 'out.arn'] },
  ssm: { 'AWS::SSM::Parameter': ['in.name'] },
  cloudformation: { 'AWS::CloudFormation::Stack': ['in.stackName', 'out.stackId'] },
  ecs: { 'AWS::ECS::Cluster': ['in.cluster', 'in.clusterName', 'out.cluster.clusterArn'] },
  eks: { 'AWS::EKS::Cluster': ['in.clusterName', 'out.cluster.arn'] },
  ecr: { 'AWS::ECR::Repository': ['in.repositoryName', 'out.repository.repositoryArn'] },
  organizations: { 'AWS::Organizations::Account': ['in.accountId'] },
};

/** By `eventSource`. A Map, because the source comes from the wire. */
export const RESOURCE_PATHS: ReadonlyMap<string, readonly ResourcePath[]> = new Map(
  Object.entries(TABLE).map(([service, types]) => [
    `${service}.amazonaws.com`,
    Object.entries(types).flatMap(([type, paths]) => paths.map((path) => ({ path: readPath(path), type }))),
  ]),
);

function readPath(path: string): readonly string[] {
  const [side, ...members] = path.split('.');
  return [side === 'in' ? 'requestParameters' : 'responseElements', ...members];
}
