const SERVICES =
  'aco-automation appconfig application-signals appmesh athena b2bi backup-gateway bcm-data-exports bcm-pricing-calculator bedrock bedrock-agentcore billing cassandra ce cloudcontrolapi cloudformation cloudhsm cloudoptimization cloudtrail codedeploy comprehend comprehendmedical config ds dynamodb ec2 ecs elasticfilesystem elasticloadbalancing events firehose frauddetector freetier fsx glue healthlake invoicing iot iotfleetwise iotsecuredtunneling kms lakeformation lambda license-manager lookoutequipment lookoutvision monitoring nova-act personalize qbusiness rds rekognition rolesanywhere s3 sagemaker scheduler secretsmanager servicediscovery sns sqs ssm ssm-contacts storagegateway swf textract transcribe transcribestreaming transform transform-agents transform-custom translate user-subscriptions verifiedpermissions voiceid workmail workmailmessageflow';

/**
 * Event sources whose network activity events exist, from
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html.
 */
export const NETWORK_ACTIVITY_SOURCES: ReadonlySet<string> = new Set(
  SERVICES.split(' ').map((service) => `${service}.amazonaws.com`),
);
