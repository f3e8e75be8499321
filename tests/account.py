"""A moto server and an account of some 400 resources in it, made with boto3, for the live tests.

    with account.Server() as server: account.seed(server.url)
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3
from botocore.config import Config

REGION = "us-east-1"
ACCOUNT = "123456789012"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """moto's server as a child process. `url` is where it listens."""

    def __init__(self, managed_policies=False):
        self.url = "http://127.0.0.1:%d" % free_port()
        self.images = tempfile.NamedTemporaryFile("w", suffix=".json")
        json.dump([{"ami_id": "ami-12c6146b", "name": "test", "description": "one image keeps the server small",
                    "owner_id": "801119661308", "public": True, "image_location": "amazon/test", "state": "available",
                    "architecture": "x86_64", "image_type": "machine", "platform": None, "virtualization_type": "hvm",
                    "hypervisor": "xen", "root_device_name": "/dev/sda1", "root_device_type": "ebs", "sriov": "simple"}], self.images)
        self.images.flush()
        env = dict(os.environ, MOTO_AMIS_PATH=self.images.name,
                   MOTO_IAM_LOAD_MANAGED_POLICIES="true" if managed_policies else "false")
        port = self.url.rsplit(":", 1)[1]
        self.process = subprocess.Popen([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port], env=env,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(150):
            try:
                urllib.request.urlopen(self.url + "/moto-api/", timeout=1).read()
                return
            except OSError:
                time.sleep(0.2)
        raise SystemExit("the moto server did not start")

    def reset(self):
        for path in ("/moto-api/reset", "/moto-api/seed?a=42"):
            urllib.request.urlopen(urllib.request.Request(self.url + path, method="POST", data=b"")).read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def client(url, service, region=REGION):
    return boto3.client(service, region_name=region, endpoint_url=url, aws_access_key_id="testing",
                        aws_secret_access_key="testing", config=Config(retries={"max_attempts": 1}, inject_host_prefix=False))


def scan_environment(url):
    """What plumbline needs around it to scan that server, and nothing of the user's."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return dict(keep, AWS_ENDPOINT_URL=url, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_REGION=REGION,
                AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null", AWS_EC2_METADATA_DISABLED="true")


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, resources="*", **more):
    return dict({"Effect": "Allow", "Action": actions, "Resource": resources}, **more)


def seed_storage(url):
    s3, kms = client(url, "s3"), client(url, "kms")
    keys = []
    for i in range(8):
        keys.append(kms.create_key(Description="key %d" % i, Tags=[{"TagKey": "Environment", "TagValue": "production"}])["KeyMetadata"]["KeyId"])
        kms.create_alias(AliasName="alias/key-%d" % i, TargetKeyId=keys[-1])
    for i in range(0, 8, 2):
        kms.enable_key_rotation(KeyId=keys[i])
    kms.schedule_key_deletion(KeyId=keys[7], PendingWindowInDays=7)
    kms.create_key(Description="asymmetric", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    for i in range(48):
        name = "company-bucket-%02d" % i
        s3.create_bucket(Bucket=name, ObjectOwnership="BucketOwnerEnforced" if i % 3 else "ObjectWriter")
        if i % 2:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        if i % 3 == 0:
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(
                ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"], True))
        if i % 4 == 0:
            s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [
                {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": keys[0]}}]})
        if i % 5 == 0:
            s3.put_bucket_policy(Bucket=name, Policy=policy({"Effect": "Deny", "Principal": "*", "Action": "s3:*",
                                 "Resource": ["arn:aws:s3:::" + name, "arn:aws:s3:::%s/*" % name],
                                 "Condition": {"Bool": {"aws:SecureTransport": "false"}}}))
        if i == 7:
            s3.put_bucket_policy(Bucket=name, Policy=policy({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                                                             "Resource": "arn:aws:s3:::%s/*" % name}))
        if i % 6 == 0:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "Environment", "Value": "staging"}, {"Key": "Owner", "Value": "ops"}]})
        if i == 9:
            s3.put_bucket_acl(Bucket=name, ACL="public-read")
    return keys


def seed_identity(url):
    iam = client(url, "iam")
    iam.update_account_password_policy(MinimumPasswordLength=10, PasswordReusePrevention=5)
    group = "engineers"
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="read", PolicyDocument=policy(allow(["s3:Get*", "s3:List*"])))
    for i in range(30):
        user = "user-%02d" % i
        iam.create_user(UserName=user, Tags=[{"Key": "Owner", "Value": "team"}])
        iam.add_user_to_group(GroupName=group, UserName=user)
        if i % 3 == 0:
            iam.create_login_profile(UserName=user, Password="Secret-Phrase-%d!" % i)
        if i % 2 == 0:
            iam.create_access_key(UserName=user)
        if i % 10 == 0:
            iam.create_access_key(UserName=user)
            iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=policy(allow("ec2:*")))
        if i % 9 == 0:
            device = iam.create_virtual_mfa_device(VirtualMFADeviceName=user)["VirtualMFADevice"]["SerialNumber"]
            iam.enable_mfa_device(UserName=user, SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="654321")
    trust = policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    for i in range(25):
        role = "role-%02d" % i
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust if i != 5 else policy(
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}))
        if i % 4 == 0:
            iam.put_role_policy(RoleName=role, PolicyName="inline", PolicyDocument=policy(allow("*" if i == 8 else "logs:PutLogEvents")))
    documents = [allow("*"), allow("iam:*"), allow(["iam:CreatePolicyVersion"]), allow(["s3:GetObject"], "arn:aws:s3:::company-bucket-00/*")]
    for i in range(20):
        arn = iam.create_policy(PolicyName="policy-%02d" % i, PolicyDocument=policy(documents[i % 4]))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="role-%02d" % i, PolicyArn=arn)


def seed_network(url):
    ec2 = client(url, "ec2")
    ec2.enable_ebs_encryption_by_default()
    groups = []
    for i in range(4):
        vpc = ec2.create_vpc(CidrBlock="10.%d.0.0/16" % i)["Vpc"]["VpcId"]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock="10.%d.%d.0/24" % (i, j), AvailabilityZone=REGION + "ab"[j % 2])["Subnet"]["SubnetId"]
                   for j in range(4)]
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[0])
        for j in range(6):
            group = ec2.create_security_group(GroupName="group-%d-%d" % (i, j), Description="tier %d" % j, VpcId=vpc)["GroupId"]
            groups.append(group)
            port = [22, 443, 3389, 3306, 0, 8080][j]
            rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port or 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0" if i % 2 else "10.0.0.0/8"}]}
            if j == 3:
                rule["Ipv6Ranges"] = [{"CidrIpv6": "::/0"}]
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
        instances = ec2.run_instances(ImageId="ami-12c6146b", MinCount=6, MaxCount=6, SubnetId=subnets[0], SecurityGroupIds=groups[-2:],
                                      InstanceType="t3.micro", UserData="#!/bin/sh\nexport DB_PASSWORD=%s\n" % ("Tr0ub4dor&3xyz" if i == 1 else "$PASSWORD"))["Instances"]
        if i == 0:
            ec2.create_flow_logs(ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="cloud-watch-logs",
                                 LogGroupName="flow", DeliverLogsPermissionArn="arn:aws:iam::%s:role/role-00" % ACCOUNT)
        ec2.create_network_acl(VpcId=vpc)
        ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table])
        ec2.create_tags(Resources=[instances[0]["InstanceId"], vpc], Tags=[{"Key": "Environment", "Value": "production"}])
    for i in range(12):
        volume = ec2.create_volume(AvailabilityZone=REGION + "a", Size=8, Encrypted=i % 2 == 0)["VolumeId"]
        snapshot = ec2.create_snapshot(VolumeId=volume, Description="snapshot %d" % i)["SnapshotId"]
        if i == 3:
            ec2.modify_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"])
    for _ in range(3):
        ec2.allocate_address(Domain="vpc")
    return groups


def seed_monitoring(url):
    logs, watch, sns, trail, s3 = (client(url, s) for s in ("logs", "cloudwatch", "sns", "cloudtrail", "s3"))
    topics = [sns.create_topic(Name="topic-%d" % i)["TopicArn"] for i in range(5)]
    sns.subscribe(TopicArn=topics[0], Protocol="email", Endpoint="alarms@example.com")
    for i in range(25):
        logs.create_log_group(logGroupName="/service/%02d" % i)
        if i % 2:
            logs.put_retention_policy(logGroupName="/service/%02d" % i, retentionInDays=[30, 365, 400][i % 3])
    s3.create_bucket(Bucket="trail-bucket")
    group = logs.describe_log_groups(logGroupNamePrefix="/service/00")["logGroups"][0]["arn"]
    trail.create_trail(Name="main", S3BucketName="trail-bucket", IsMultiRegionTrail=True, EnableLogFileValidation=True,
                       CloudWatchLogsLogGroupArn=group, CloudWatchLogsRoleArn="arn:aws:iam::%s:role/role-00" % ACCOUNT)
    trail.start_logging(Name="main")
    trail.create_trail(Name="idle", S3BucketName="trail-bucket")
    patterns = {"root": '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
                "denied": '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }'}
    for name, pattern in patterns.items():
        logs.put_metric_filter(logGroupName="/service/00", filterName=name, filterPattern=pattern, metricTransformations=[
            {"metricName": name, "metricNamespace": "Audit", "metricValue": "1"}])
        watch.put_metric_alarm(AlarmName=name, MetricName=name, Namespace="Audit", Statistic="Sum", Period=300, EvaluationPeriods=1,
                               Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topics[0]])
    for i in range(10):
        watch.put_metric_alarm(AlarmName="cpu-%d" % i, MetricName="CPUUtilization", Namespace="AWS/EC2", Statistic="Average", Period=300,
                               EvaluationPeriods=1, Threshold=80, ComparisonOperator="GreaterThanThreshold",
                               ActionsEnabled=i % 2 == 0, AlarmActions=[topics[1]] if i % 3 else [])


def seed_data(url, groups):
    rds, dynamo, lambda_, iam = (client(url, s) for s in ("rds", "dynamodb", "lambda", "iam"))
    for i in range(12):
        rds.create_db_instance(DBInstanceIdentifier="database-%02d" % i, DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
                               MasterUsername="owner", MasterUserPassword="password-of-12", StorageEncrypted=i % 2 == 0, MultiAZ=i % 3 == 0,
                               PubliclyAccessible=i == 4, DeletionProtection=i % 2 == 1, BackupRetentionPeriod=[0, 7, 30][i % 3])
    for i in range(3):
        rds.create_db_cluster(DBClusterIdentifier="cluster-%d" % i, Engine="aurora-postgresql", MasterUsername="owner",
                              MasterUserPassword="password-of-12", StorageEncrypted=i > 0)
        rds.create_db_snapshot(DBSnapshotIdentifier="snapshot-%d" % i, DBInstanceIdentifier="database-%02d" % i)
    for i in range(15):
        dynamo.create_table(TableName="table-%02d" % i, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST",
                            SSESpecification={"Enabled": True} if i % 3 == 0 else {"Enabled": False})
        if i % 2:
            dynamo.update_continuous_backups(TableName="table-%02d" % i, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    trust = policy({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName="functions", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    for i in range(15):
        name = "function-%02d" % i
        lambda_.create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="main.run", Code={"ZipFile": b"nothing"},
                                Environment={"Variables": {"STAGE": "production", "API_TOKEN": "ghp_0123456789abcdefghijABCDEFGHIJ012345" if i == 2 else "none"}})
        if i == 3:
            lambda_.add_permission(FunctionName=name, StatementId="open", Action="lambda:InvokeFunction", Principal="*")


def seed_detection(url):
    guard, config, hub, elb = (client(url, s) for s in ("guardduty", "config", "securityhub", "elbv2"))
    guard.create_detector(Enable=True)
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::%s:role/role-00" % ACCOUNT,
                                      "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}})
    hub.enable_security_hub()
    ec2 = client(url, "ec2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.0.0.0/16"]}])["Vpcs"][0]["VpcId"]
    subnets = [s["SubnetId"] for s in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]]
    for i in range(4):
        balancer = elb.create_load_balancer(Name="balancer-%d" % i, Subnets=subnets[:2], Scheme="internet-facing" if i % 2 else "internal",
                                            Type="application" if i < 3 else "network")["LoadBalancers"][0]["LoadBalancerArn"]
        target = elb.create_target_group(Name="target-%d" % i, Protocol="HTTP" if i < 3 else "TCP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
        elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP" if i < 3 else "TCP", Port=80,
                            DefaultActions=[{"Type": "forward", "TargetGroupArn": target}])


def seed(url):
    """Some 400 resources, good and bad side by side."""
    seed_storage(url)
    seed_identity(url)
    groups = seed_network(url)
    seed_monitoring(url)
    seed_data(url, groups)
    seed_detection(url)


if __name__ == "__main__":
    with Server() as server:
        started = time.time()
        seed(server.url)
        print("seeded in %.1f s at %s; interrupt to end" % (time.time() - started, server.url), flush=True)
        try:
            server.process.wait()
        except KeyboardInterrupt:
            pass
