"""The account of the demo: Harbour Books, a bookshop with an online store, as boto3 makes it in a moto server.

Production is in eu-west-1, staging in us-east-1, and something forgotten runs in us-west-2. Good and bad
stand side by side. What moto cannot hold is answered by tools/demo_answers.py.
"""

import base64
import io
import json
import zipfile

import boto3
from botocore.config import Config

PROD, STAGING, OLD = "eu-west-1", "us-east-1", "us-west-2"
ACCOUNT = "123456789012"  # moto's; the recording has another
HOSTILE = "$(rm -rf ~)<img src=x onerror=alert(1)>"
IMAGE = "ami-12c6146b"
FRONT_ACL = "arn:aws:wafv2:us-east-1:%s:global/webacl/shop/11111111-2222-3333-4444-555555555555" % ACCOUNT

TAGS = {
    PROD: {"Environment": "production", "Project": "shop", "Owner": "platform", "CostCenter": "4100", "ManagedBy": "terraform"},
    STAGING: {"Environment": "staging", "Project": "shop", "Owner": "platform"},
    OLD: {},
}


class Maker:
    """Clients of one moto server by service and region."""

    def __init__(self, url):
        self.url, self.clients = url, {}

    def __call__(self, service, region=PROD):
        if (service, region) not in self.clients:
            self.clients[service, region] = boto3.client(
                service, region_name=region, endpoint_url=self.url, aws_access_key_id="testing",
                aws_secret_access_key="testing", config=Config(retries={"max_attempts": 1}, inject_host_prefix=False))
        return self.clients[service, region]


def tags(region, name=None, **more):
    """As EC2 and most others want them."""
    all_ = dict(TAGS[region], **more)
    if name is not None:
        all_["Name"] = name
    return [{"Key": key, "Value": value} for key, value in all_.items()]


def spec(kind, region, name=None, **more):
    return [{"ResourceType": kind, "Tags": tags(region, name, **more)}] if TAGS[region] or name else []


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions, resources="*", **more):
    return dict({"Effect": "Allow", "Action": actions, "Resource": resources}, **more)


def trusts(principal, **more):
    return policy(dict({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}, **more))


def deny_plain(bucket):
    return {"Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
            "Resource": ["arn:aws:s3:::" + bucket, "arn:aws:s3:::%s/*" % bucket],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


# ---- Identity


def identity(aws):
    iam = aws("iam")
    iam.create_account_alias(AccountAlias="harbour-books")
    iam.update_account_password_policy(MinimumPasswordLength=10, PasswordReusePrevention=5, RequireNumbers=True,
                                       RequireLowercaseCharacters=True, RequireUppercaseCharacters=True, RequireSymbols=False)
    for group, name, document in (
            ("engineers", "read-logs", policy(allow(["logs:Get*", "logs:Describe*", "logs:FilterLogEvents"]))),
            ("finance", "read-invoices", policy(allow("s3:GetObject", "arn:aws:s3:::harbour-prod-invoices/*")))):
        iam.create_group(GroupName=group)
        iam.put_group_policy(GroupName=group, PolicyName=name, PolicyDocument=document)
    for user, group in (("anna.lindqvist", "engineers"), ("ben.okafor", "engineers"), ("carla.mendes", "finance"),
                        ("deploy-ci", None), ("report-export", None)):
        iam.create_user(UserName=user, Tags=[{"Key": "Owner", "Value": "platform"}])
        if group:
            iam.add_user_to_group(GroupName=group, UserName=user)
    documents = {
        "HarbourCatalogueRead": [allow(["dynamodb:GetItem", "dynamodb:Query"], "arn:aws:dynamodb:eu-west-1:%s:table/catalogue" % ACCOUNT)],
        "HarbourDeploy": [allow(["lambda:CreateFunction", "lambda:InvokeFunction", "iam:PassRole"]), allow("cloudformation:Describe*")],
        "HarbourStorage": [allow("s3:*", ["arn:aws:s3:::harbour-prod-orders", "arn:aws:s3:::harbour-prod-orders/*"])],
        "HarbourEverything": [allow("*")],
        "HarbourGuard": [allow(["iam:CreatePolicyVersion", "iam:ListPolicies"])],
    }
    arns = {name: iam.create_policy(PolicyName=name, PolicyDocument=policy(*statements))["Policy"]["Arn"]
            for name, statements in documents.items()}
    ec2, lambda_ = {"Service": "ec2.amazonaws.com"}, {"Service": "lambda.amazonaws.com"}
    roles = {
        "shop-web": (trusts(ec2), ["HarbourCatalogueRead"]),
        "shop-functions": (trusts(lambda_), ["HarbourStorage"]),
        "deploy": (trusts({"AWS": "arn:aws:iam::%s:user/deploy-ci" % ACCOUNT}), ["HarbourDeploy"]),
        "migration-2023": (trusts(ec2), ["HarbourEverything"]),
        "partner-feed": (trusts({"AWS": "*"}), []),
        "cloudtrail-logs": (trusts({"Service": "cloudtrail.amazonaws.com"}), []),
        "config-recorder": (trusts({"Service": "config.amazonaws.com"}), []),
        "backup": (trusts({"Service": "backup.amazonaws.com"}), []),
    }
    for role, (trust, attached) in roles.items():
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust, Tags=tags(PROD))
        for name in attached:
            iam.attach_role_policy(RoleName=role, PolicyArn=arns[name])
    iam.create_role(RoleName="break-glass", AssumeRolePolicyDocument=trusts(
        {"AWS": "arn:aws:iam::%s:root" % ACCOUNT}, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), Tags=tags(PROD))
    iam.attach_role_policy(RoleName="break-glass", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.attach_user_policy(UserName="deploy-ci", PolicyArn=arns["HarbourGuard"])
    iam.put_user_policy(UserName="report-export", PolicyName="export",
                        PolicyDocument=policy(allow(["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::harbour-prod-orders*")))
    iam.put_role_policy(RoleName="partner-feed", PolicyName="feed", PolicyDocument=policy(
        allow("s3:GetObject", "arn:aws:s3:::harbour-covers/*")))
    iam.put_role_policy(RoleName="migration-2023", PolicyName="all", PolicyDocument=policy(allow("*")))
    iam.put_role_policy(RoleName="deploy", PolicyName="attach", PolicyDocument=policy(allow(["iam:AttachRolePolicy", "sts:AssumeRole"])))
    iam.create_instance_profile(InstanceProfileName="shop-web")
    iam.add_role_to_instance_profile(InstanceProfileName="shop-web", RoleName="shop-web")


# ---- Keys and buckets


def keys(aws):
    kms, out = aws("kms"), {}
    for name in ("orders", "backups", "retired", "shared"):
        key = kms.create_key(Description="key of " + name, Tags=[{"TagKey": t["Key"], "TagValue": t["Value"]} for t in tags(PROD)])
        out[name] = key["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName="alias/" + name, TargetKeyId=out[name])
    kms.enable_key_rotation(KeyId=out["orders"])
    kms.put_key_policy(KeyId=out["shared"], PolicyName="default", Policy=policy(
        allow("kms:*", Principal={"AWS": "arn:aws:iam::%s:root" % ACCOUNT}), allow("kms:Decrypt", Principal="*")))
    kms.schedule_key_deletion(KeyId=out["retired"].rsplit("/", 1)[1], PendingWindowInDays=7)
    kms.create_key(Description="signs invoices", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    return out


def bucket(aws, name, region, **is_):
    s3 = aws("s3", region)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, ObjectOwnership="ObjectWriter" if is_.get("acl") else "BucketOwnerEnforced", **place)
    if is_.get("versions"):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if is_.get("blocked"):
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(
            ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"], True))
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": is_["key"]} if is_.get("key") else {"SSEAlgorithm": "AES256"}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [
        {"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": bool(is_.get("key"))}]})
    if is_.get("statements"):
        s3.put_bucket_policy(Bucket=name, Policy=policy(*is_["statements"]))
    if is_.get("acl"):
        s3.put_bucket_acl(Bucket=name, ACL=is_["acl"])
    if is_.get("days"):
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [
            {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": is_["days"]}}]})
    if TAGS[region] or is_.get("label"):
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags(region, is_.get("label"))})


def buckets(aws, key):
    vpc_only = {"Sid": "FromOurNetwork", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                "Resource": ["arn:aws:s3:::harbour-prod-orders", "arn:aws:s3:::harbour-prod-orders/*"],
                "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f60718"}}}
    cdn = allow("s3:GetObject", "arn:aws:s3:::harbour-prod-web/*", Principal={"Service": "cloudfront.amazonaws.com"},
                Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})
    trail = [dict(allow("s3:GetBucketAcl", "arn:aws:s3:::harbour-audit-trail", Principal={"Service": "cloudtrail.amazonaws.com"})),
             dict(allow("s3:PutObject", "arn:aws:s3:::harbour-audit-trail/AWSLogs/*", Principal={"Service": "cloudtrail.amazonaws.com"}))]
    public = [allow("s3:GetObject", "arn:aws:s3:::harbour-covers/*", Principal="*")]
    drop = [allow("s3:PutObject", "arn:aws:s3:::harbour-staging-dropbox/*", Principal={"AWS": "*"})]
    delivery = allow("s3:PutObject", "arn:aws:s3:::harbour-access-logs/*", Principal={"Service": "logging.s3.amazonaws.com"})
    bucket(aws, "harbour-access-logs", PROD, versions=True, blocked=True, days=400,
           statements=[delivery, deny_plain("harbour-access-logs")])
    bucket(aws, "harbour-audit-trail", PROD, versions=True, blocked=True, key=key["orders"],
           statements=trail + [deny_plain("harbour-audit-trail")])
    bucket(aws, "harbour-prod-orders", PROD, versions=True, blocked=True, key=key["orders"],
           statements=[deny_plain("harbour-prod-orders"), vpc_only])
    bucket(aws, "harbour-prod-invoices", PROD, versions=True, blocked=True, key=key["orders"],
           statements=[deny_plain("harbour-prod-invoices")])
    bucket(aws, "harbour-prod-web", PROD, versions=True, blocked=True, statements=[cdn])
    bucket(aws, "harbour-prod-backups", PROD, versions=True, blocked=True, key=key["backups"], days=3650)
    bucket(aws, "harbour-finance-archive", PROD, blocked=True)
    bucket(aws, "harbour-covers", PROD, statements=public, label=HOSTILE)
    bucket(aws, "harbour-staging-web", STAGING, statements=[deny_plain("harbour-staging-web")])
    bucket(aws, "harbour-staging-dropbox", STAGING, statements=drop)
    bucket(aws, "harbour-staging-exports", STAGING, acl="public-read")
    bucket(aws, "harbour-marketing-2021", OLD, acl="public-read-write")
    s3 = aws("s3")
    for name in ("harbour-audit-trail", "harbour-prod-orders", "harbour-prod-invoices"):
        s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "harbour-access-logs", "TargetPrefix": name + "/"}})


# ---- Network and compute


def vpc(aws, region, name, number, public, private):
    ec2 = aws("ec2", region)
    id_ = ec2.create_vpc(CidrBlock="10.%d.0.0/16" % number, TagSpecifications=spec("vpc", region, name))["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=id_)
    table = ec2.create_route_table(VpcId=id_)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    subnets = []
    for i in range(public + private):
        is_public = i < public
        subnet = ec2.create_subnet(VpcId=id_, CidrBlock="10.%d.%d.0/24" % (number, i), AvailabilityZone=region + "abc"[i % 2],
                                   TagSpecifications=spec("subnet", region, "%s-%s-%s" % (name, "public" if is_public else "private", "ab"[i % 2])))
        subnets.append(subnet["Subnet"]["SubnetId"])
        if is_public:
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[-1])
    return id_, subnets, table


def group(aws, region, vpc_id, name, rules):
    ec2 = aws("ec2", region)
    id_ = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc_id,
                                    TagSpecifications=spec("security-group", region, name))["GroupId"]
    for protocol, low, high, source in rules:
        rule = {"IpProtocol": protocol}
        if protocol != "-1":
            rule.update(FromPort=low, ToPort=high)
        if source.startswith("sg-"):
            rule["UserIdGroupPairs"] = [{"GroupId": source}]
        elif ":" in source:
            rule["Ipv6Ranges"] = [{"CidrIpv6": source}]
        else:
            rule["IpRanges"] = [{"CidrIp": source}]
        ec2.authorize_security_group_ingress(GroupId=id_, IpPermissions=[rule])
    return id_


def close_default_group(aws, region, vpc_id):
    ec2 = aws("ec2", region)
    found = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": ["default"]}])
    for one in found["SecurityGroups"]:
        if one["IpPermissions"]:
            ec2.revoke_security_group_ingress(GroupId=one["GroupId"], IpPermissions=one["IpPermissions"])
        if one["IpPermissionsEgress"]:
            ec2.revoke_security_group_egress(GroupId=one["GroupId"], IpPermissions=one["IpPermissionsEgress"])


def instance(aws, region, name, subnet, groups, image=IMAGE, **more):
    made = aws("ec2", region).run_instances(
        ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet, SecurityGroupIds=groups, InstanceType="t3.small",
        TagSpecifications=spec("instance", region, name), **more)
    return made["Instances"][0]["InstanceId"]


def network(aws):
    places = {}
    id_, subnets, table = vpc(aws, PROD, "shop-prod", 10, 2, 2)
    ec2 = aws("ec2", PROD)
    close_default_group(aws, PROD, id_)
    ec2.create_vpc_endpoint(VpcId=id_, ServiceName="com.amazonaws.eu-west-1.s3", RouteTableIds=[table])
    ec2.create_flow_logs(ResourceIds=[id_], ResourceType="VPC", TrafficType="REJECT", LogDestinationType="s3",
                         LogDestination="arn:aws:s3:::harbour-access-logs")
    balancer = group(aws, PROD, id_, "shop-balancer", [("tcp", 80, 80, "0.0.0.0/0"), ("tcp", 443, 443, "0.0.0.0/0"), ("tcp", 443, 443, "::/0")])
    web = group(aws, PROD, id_, "shop-web", [("tcp", 8080, 8080, balancer)])
    store = group(aws, PROD, id_, "shop-database", [("tcp", 5432, 5432, web)])
    bastion = group(aws, PROD, id_, "bastion", [("tcp", 22, 22, "0.0.0.0/0"), ("tcp", 22, 22, "::/0")])
    places[PROD] = (id_, subnets, {"balancer": balancer, "web": web, "database": store, "bastion": bastion})

    id_, subnets, _ = vpc(aws, STAGING, "shop-staging", 20, 2, 0)
    for subnet in subnets:
        aws("ec2", STAGING).modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    web = group(aws, STAGING, id_, "staging-web", [("tcp", 80, 80, "0.0.0.0/0"), ("tcp", 8080, 8090, "0.0.0.0/0")])
    store = group(aws, STAGING, id_, "staging-database", [("tcp", 5432, 5432, "0.0.0.0/0")])
    windows = group(aws, STAGING, id_, "print-server", [("tcp", 3389, 3389, "0.0.0.0/0"), ("tcp", 3389, 3389, "::/0"), ("tcp", 445, 445, "0.0.0.0/0")])
    places[STAGING] = (id_, subnets, {"web": web, "database": store, "windows": windows})

    ec2 = aws("ec2", OLD)
    id_ = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = sorted(s["SubnetId"] for s in ec2.describe_subnets()["Subnets"])
    open_ = group(aws, OLD, id_, HOSTILE, [("-1", 0, 0, "0.0.0.0/0")])
    places[OLD] = (id_, subnets, {"open": open_})
    return places


def no_admin_ports(aws, region, vpc_id):
    """A network ACL that lets everything in but SSH and RDP from outside."""
    ec2 = aws("ec2", region)
    acl = ec2.create_network_acl(VpcId=vpc_id, TagSpecifications=spec("network-acl", region, "shop-private"))["NetworkAcl"]["NetworkAclId"]
    for number, action, low, high in ((90, "deny", 22, 22), (91, "deny", 3389, 3389), (100, "allow", 0, 65535)):
        ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=number, Protocol="6", RuleAction=action, Egress=False,
                                     CidrBlock="0.0.0.0/0", PortRange={"From": low, "To": high})


def compute(aws, places):
    ec2 = aws("ec2", PROD)
    _, subnets, groups = places[PROD]
    no_admin_ports(aws, PROD, places[PROD][0])
    safe = {"MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"}, "IamInstanceProfile": {"Name": "shop-web"},
            "Monitoring": {"Enabled": True}}
    ids = [instance(aws, PROD, "shop-web-%d" % (i + 1), subnets[2 + i], [groups["web"]], **safe) for i in range(2)]
    ids.append(instance(aws, PROD, "bastion", subnets[0], [groups["bastion"]]))
    _, subnets, groups = places[STAGING]
    secret = "#!/bin/sh\nexport DB_HOST=staging-db\nexport DB_PASSWORD=tH9-mast-Kx72qLm9wZ\n/opt/shop/run\n"
    instance(aws, STAGING, "staging-web", subnets[0], [groups["web"]], UserData=secret,
             MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled"})
    instance(aws, STAGING, "print-server", subnets[1], [groups["windows"]])
    instance(aws, OLD, HOSTILE, places[OLD][1][0], [places[OLD][2]["open"]])
    ec2.enable_ebs_encryption_by_default()
    for region, encrypted, size in ((PROD, True, 100), (PROD, True, 20), (STAGING, False, 20), (OLD, False, 500)):
        c = aws("ec2", region)
        volume = c.create_volume(AvailabilityZone=region + "a", Size=size, Encrypted=encrypted, TagSpecifications=spec("volume", region))["VolumeId"]
        snapshot = c.create_snapshot(VolumeId=volume, Description="weekly", TagSpecifications=spec("snapshot", region))["SnapshotId"]
        if region == OLD:
            c.modify_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"])
    image = ec2.create_image(InstanceId=ids[0], Name="shop-web-2026-10", Description="the shop")["ImageId"]
    old = aws("ec2", STAGING).create_image(InstanceId=aws("ec2", STAGING).describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"],
                                           Name="staging-base", Description="base")["ImageId"]
    aws("ec2", STAGING).modify_image_attribute(ImageId=old, LaunchPermission={"Add": [{"Group": "all"}]})
    ec2.allocate_address(Domain="vpc")
    return image


def balancers(aws, places):
    for region, name, internal in ((PROD, "shop", False), (STAGING, "staging", False)):
        elb = aws("elbv2", region)
        vpc_id, subnets, groups = places[region]
        balancer = elb.create_load_balancer(Name=name, Subnets=subnets[:2], SecurityGroups=[groups.get("balancer") or groups["web"]],
                                            Scheme="internet-facing", Type="application", Tags=tags(region))["LoadBalancers"][0]["LoadBalancerArn"]
        target = elb.create_target_group(Name=name, Protocol="HTTP", Port=8080, VpcId=vpc_id)["TargetGroups"][0]["TargetGroupArn"]
        forward = [{"Type": "forward", "TargetGroupArn": target}]
        if region == STAGING:
            elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)
            continue
        acm = aws("acm", PROD)
        acm.request_certificate(DomainName="old.harbour-books.example", ValidationMethod="DNS", Tags=tags(PROD))
        certificate = acm.request_certificate(DomainName="shop.harbour-books.example", ValidationMethod="DNS", Tags=tags(PROD))["CertificateArn"]
        elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": certificate}],
                            SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06", DefaultActions=forward)
        elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[
            {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}])
        elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[
            {"Key": "access_logs.s3.enabled", "Value": "true"}, {"Key": "access_logs.s3.bucket", "Value": "harbour-access-logs"},
            {"Key": "access_logs.s3.prefix", "Value": "shop"}])
        waf = aws("wafv2", PROD)
        seen = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "shop"}
        acl = waf.create_web_acl(Name="shop", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=[])["Summary"]["ARN"]
        waf.associate_web_acl(WebACLArn=acl, ResourceArn=balancer)


# ---- Data


def databases(aws, places, key):
    secret = {"MasterUsername": "shop", "MasterUserPassword": "Not-Real-12345"}
    for region in (PROD, STAGING):
        aws("rds", region).create_db_subnet_group(DBSubnetGroupName="shop", DBSubnetGroupDescription="shop", SubnetIds=places[region][1][-2:])
    rds, staging, old = aws("rds", PROD), aws("rds", STAGING), aws("rds", OLD)
    rds.create_db_instance(DBInstanceIdentifier="shop-orders", Engine="postgres", EngineVersion="16.4", DBInstanceClass="db.t4g.medium", AllocatedStorage=100, StorageEncrypted=True,
                           KmsKeyId=key["orders"], MultiAZ=True, PubliclyAccessible=False, DeletionProtection=True, BackupRetentionPeriod=14,
                           AutoMinorVersionUpgrade=True, DBSubnetGroupName="shop", VpcSecurityGroupIds=[places[PROD][2]["database"]], Tags=tags(PROD), **secret)
    rds.create_db_cluster(DBClusterIdentifier="shop-search", Engine="aurora-postgresql", StorageEncrypted=True, Tags=tags(PROD), **secret)
    rds.create_db_snapshot(DBSnapshotIdentifier="shop-orders-before-upgrade", DBInstanceIdentifier="shop-orders")
    staging.create_db_instance(DBInstanceIdentifier="staging-orders", Engine="postgres", EngineVersion="15.6", DBInstanceClass="db.t4g.micro", AllocatedStorage=20, StorageEncrypted=False,
                               MultiAZ=False, PubliclyAccessible=True, DeletionProtection=False, BackupRetentionPeriod=1, AutoMinorVersionUpgrade=False,
                               DBSubnetGroupName="shop", VpcSecurityGroupIds=[places[STAGING][2]["database"]], Tags=tags(STAGING), **secret)
    staging.create_db_cluster(DBClusterIdentifier="staging-search", Engine="aurora-postgresql", StorageEncrypted=False, **secret)
    staging.create_db_snapshot(DBSnapshotIdentifier="staging-orders-copy", DBInstanceIdentifier="staging-orders")
    staging.modify_db_snapshot_attribute(DBSnapshotIdentifier="staging-orders-copy", AttributeName="restore", ValuesToAdd=["all"])
    old.create_db_instance(DBInstanceIdentifier="wordpress", Engine="mysql", EngineVersion="8.0.35", DBInstanceClass="db.t3.micro", AllocatedStorage=20, StorageEncrypted=False,
                           PubliclyAccessible=True, BackupRetentionPeriod=0, AutoMinorVersionUpgrade=False, **secret)


def tables(aws, key):
    for region, name, encrypted, recoverable in ((PROD, "catalogue", True, True), (PROD, "baskets", False, True), (STAGING, "staging-catalogue", False, False)):
        dynamo = aws("dynamodb", region)
        more = {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key["orders"]}} if encrypted else {}
        dynamo.create_table(TableName=name, KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST",
                            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], Tags=tags(region), **more)
        if recoverable:
            dynamo.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    for region, encrypted in ((PROD, True), (STAGING, False)):
        aws("efs", region).create_file_system(CreationToken="media", Encrypted=encrypted, Tags=tags(region, "media"))


def secrets(aws):
    for region, names in ((PROD, ("shop/orders-db", "shop/payment-provider")), (STAGING, ("staging/orders-db",)), (OLD, ("wordpress",))):
        for name in names:
            aws("secretsmanager", region).create_secret(Name=name, SecretString="not-real", Tags=tags(region))
    aws("secretsmanager", PROD).rotate_secret(SecretId="shop/orders-db", RotationRules={"AutomaticallyAfterDays": 30},
                                              RotationLambdaARN="arn:aws:lambda:%s:%s:function:order-export" % (PROD, ACCOUNT))
    ssm = aws("ssm", PROD)
    ssm.put_parameter(Name="/shop/payment/api-key", Value="not-real", Type="SecureString")
    ssm.put_parameter(Name="/shop/catalogue/page-size", Value="50", Type="String")
    aws("ssm", STAGING).put_parameter(Name="/staging/db-password", Value="not-real", Type="String")


# ---- Applications


def code():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr(zipfile.ZipInfo("main.py"), "def run(event, context): pass\n")
    return data.getvalue()


def applications(aws):
    role = "arn:aws:iam::%s:role/shop-functions" % ACCOUNT
    for region, name, variables in (
            (PROD, "order-export", {"STAGE": "production", "TABLE": "catalogue"}),
            (PROD, "cover-resize", {"STAGE": "production", "BUCKET": "harbour-covers"}),
            (STAGING, "payment-test", {"STAGE": "staging", "PROVIDER_PASSWORD": "mast-tH9-Kx72qLm9wZ"})):
        aws("lambda", region).create_function(FunctionName=name, Runtime="python3.13", Role=role, Handler="main.run", Code={"ZipFile": code()},
                                              Environment={"Variables": variables}, Tags={t["Key"]: t["Value"] for t in tags(region)})
    aws("lambda", PROD).add_permission(FunctionName="order-export", StatementId="events", Action="lambda:InvokeFunction", Principal="events.amazonaws.com",
                                       SourceArn="arn:aws:events:%s:%s:rule/nightly" % (PROD, ACCOUNT))
    aws("lambda", PROD).add_permission(FunctionName="cover-resize", StatementId="open", Action="lambda:InvokeFunction", Principal="*")
    for region, name, scan in ((PROD, "shop", True), (STAGING, "staging-shop", False)):
        aws("ecr", region).create_repository(repositoryName=name, imageScanningConfiguration={"scanOnPush": scan}, tags=tags(region))
    for region, family, environment in (
            (PROD, "shop", [{"name": "STAGE", "value": "production"}]),
            (STAGING, "staging-shop", [{"name": "STAGE", "value": "staging"}, {"name": "DATABASE_URL", "value": "postgres://shop:harbour-Vx81bTq4@staging-db/shop"}])):
        ecs = aws("ecs", region)
        ecs.create_cluster(clusterName="shop")
        ecs.register_task_definition(family=family, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512", containerDefinitions=[
            {"name": "shop", "image": "%s.dkr.ecr.%s.amazonaws.com/shop:1" % (ACCOUNT, region), "essential": True, "environment": environment}])
    empty = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "x"}}}}
    shown = dict(empty, Outputs={"DatabaseUrl": {"Value": "postgres://shop:harbour-Qm83vLs0@staging-db/shop"}, "Stage": {"Value": "staging"}})
    aws("cloudformation", PROD).create_stack(StackName="shop", TemplateBody=json.dumps(empty), EnableTerminationProtection=True, Tags=tags(PROD))
    aws("cloudformation", STAGING).create_stack(StackName="staging-shop", TemplateBody=json.dumps(shown), Tags=tags(STAGING))
    distributions(aws)


def distributions(aws):
    front = aws("cloudfront", "us-east-1")
    for name, viewer, logged in (("shop", "redirect-to-https", True), ("covers", "allow-all", False)):
        config = {
            "CallerReference": name, "Comment": name, "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [{"Id": name, "DomainName": "harbour-prod-web.s3.eu-west-1.amazonaws.com",
                                                  "S3OriginConfig": {"OriginAccessIdentity": ""}}]},
            "DefaultCacheBehavior": {"TargetOriginId": name, "ViewerProtocolPolicy": viewer, "MinTTL": 0,
                                     "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}},
        }
        if logged:
            config["Logging"] = {"Enabled": True, "IncludeCookies": False, "Bucket": "harbour-access-logs.s3.amazonaws.com", "Prefix": "cdn"}
            config["WebACLId"] = FRONT_ACL
        front.create_distribution_with_tags(DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": tags(PROD)}})


# ---- Watching


def monitoring(aws, key):
    logs, watch, sns, trail = (aws(service, PROD) for service in ("logs", "cloudwatch", "sns", "cloudtrail"))
    security = sns.create_topic(Name="security", Tags=tags(PROD))["TopicArn"]
    quiet = sns.create_topic(Name="nobody-listens", Tags=tags(PROD))["TopicArn"]
    sns.subscribe(TopicArn=security, Protocol="https", Endpoint="https://alerts.harbour-books.example/hook")
    for name, days, encrypted in (("/audit/trail", 731, True), ("/aws/lambda/order-export", 400, False), ("/aws/lambda/cover-resize", None, False)):
        more = {"kmsKeyId": key["orders"]} if encrypted else {}
        logs.create_log_group(logGroupName=name, tags={t["Key"]: t["Value"] for t in tags(PROD)}, **more)
        if days:
            logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    aws("logs", STAGING).create_log_group(logGroupName="/aws/lambda/payment-test")
    aws("logs", STAGING).put_retention_policy(logGroupName="/aws/lambda/payment-test", retentionInDays=7)
    group_arn = "arn:aws:logs:%s:%s:log-group:/audit/trail:*" % (PROD, ACCOUNT)
    trail.create_trail(Name="audit", S3BucketName="harbour-audit-trail", IsMultiRegionTrail=True, EnableLogFileValidation=True,
                       CloudWatchLogsLogGroupArn=group_arn, CloudWatchLogsRoleArn="arn:aws:iam::%s:role/cloudtrail-logs" % ACCOUNT, TagsList=tags(PROD))
    trail.start_logging(Name="audit")
    aws("cloudtrail", STAGING).create_trail(Name="staging-2022", S3BucketName="harbour-staging-exports", IsMultiRegionTrail=False)
    filters = {
        "root-use": ('{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }', [security]),
        # another way to write the list; all nine are there
        "bucket-policy": ('{ ($.eventSource = "s3.amazonaws.com") && (($.eventName = PutBucket*) || ($.eventName = DeleteBucket*)) }', [security]),
        # one half of what it should match
        "trail-changes": ("{ ($.eventName = StopLogging) || ($.eventName = DeleteTrail) }", [security]),
        # nobody is told
        "sign-in-without-mfa": ('{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }', [quiet]),
        # no alarm at all
        "denied-calls": ('{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }', None),
    }
    for name, (pattern, actions) in filters.items():
        logs.put_metric_filter(logGroupName="/audit/trail", filterName=name, filterPattern=pattern, metricTransformations=[
            {"metricName": name, "metricNamespace": "Audit", "metricValue": "1"}])
        if actions is not None:
            alarm(watch, name, "Audit", name, 1, actions)
    alarm(watch, "orders-cpu", "AWS/RDS", "CPUUtilization", 80, [security])
    alarm(watch, "basket-errors", "AWS/Lambda", "Errors", 5, [])
    alarm(watch, HOSTILE, "AWS/EC2", "CPUUtilization", 80, [quiet], False)


def alarm(watch, name, namespace, metric, threshold, actions, on=True):
    watch.put_metric_alarm(AlarmName=name, MetricName=metric, Namespace=namespace, Statistic="Sum", Period=300, EvaluationPeriods=1,
                           Threshold=threshold, ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=actions, ActionsEnabled=on,
                           TreatMissingData="notBreaching", Tags=tags(PROD))


def detection(aws):
    role = "arn:aws:iam::%s:role/config-recorder" % ACCOUNT
    for region in (PROD, STAGING):
        aws("guardduty", region).create_detector(Enable=True, Tags={t["Key"]: t["Value"] for t in tags(region)})
    for region, recording in ((PROD, {"allSupported": True, "includeGlobalResourceTypes": True}),
                              (STAGING, {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::EC2::Instance"]})):
        config = aws("config", region)
        config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": recording})
        config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "harbour-audit-trail"})
        if region == PROD:
            config.start_configuration_recorder(ConfigurationRecorderName="default")
    aws("config", PROD).put_config_rule(ConfigRule={"ConfigRuleName": "encrypted-volumes", "Source": {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}})
    events = aws("events", PROD)
    rules = {"guardduty-findings": {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"], "detail": {"severity": [{"numeric": [">=", 7]}]}},
             "securityhub-findings": {"source": ["aws.securityhub"], "detail-type": ["Security Hub Findings - Imported"]}}
    for name, pattern in rules.items():
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), State="ENABLED" if name.startswith("guard") else "DISABLED", Tags=tags(PROD))
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": "arn:aws:sns:%s:%s:security" % (PROD, ACCOUNT)}])
    backup = aws("backup", PROD)
    backup.create_backup_vault(BackupVaultName="shop", BackupVaultTags={t["Key"]: t["Value"] for t in tags(PROD)})
    backup.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": [{"RuleName": "daily", "TargetBackupVaultName": "shop",
                                                                            "ScheduleExpression": "cron(0 3 * * ? *)", "Lifecycle": {"DeleteAfterDays": 35}}]})
    aws("budgets", "us-east-1").create_budget(AccountId=ACCOUNT, Budget={"BudgetName": "whole-account", "BudgetType": "COST", "TimeUnit": "MONTHLY",
                                                                         "BudgetLimit": {"Amount": "2500", "Unit": "USD"}})


def remove_network(ec2, vpc_id):
    mine = [{"Name": "vpc-id", "Values": [vpc_id]}]
    for subnet in ec2.describe_subnets(Filters=mine)["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    for gateway in ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc_id]}])["InternetGateways"]:
        ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc_id)
        ec2.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    ec2.delete_vpc(VpcId=vpc_id)


def touch(aws):
    """moto makes a region's default network on first sight: in a fixed order. Only the forgotten region keeps it."""
    for region in (PROD, STAGING, OLD):
        default = aws("ec2", region).describe_vpcs()["Vpcs"][0]["VpcId"]
        if region != OLD:
            remove_network(aws("ec2", region), default)


def facts(aws):
    """The ids that moto made up and answers of our own name."""
    instances = {}
    for reservation in aws("ec2", PROD).describe_instances()["Reservations"]:
        for one in reservation["Instances"]:
            instances[next(tag["Value"] for tag in one["Tags"] if tag["Key"] == "Name")] = one["InstanceId"]
    front = aws("cloudfront", "us-east-1").list_distributions()["DistributionList"]["Items"]
    distributions = {}
    for one in front:
        config = aws("cloudfront", "us-east-1").get_distribution_config(Id=one["Id"])["DistributionConfig"]
        distributions[config["Comment"]] = (one["Id"], one["DomainName"])
    vpcs = [vpc["VpcId"] for region in (PROD, STAGING, OLD) for vpc in aws("ec2", region).describe_vpcs()["Vpcs"]]
    return {"vpcs": vpcs, "instances": instances, "distributions": distributions, "front_acl": FRONT_ACL,
            "balancer": aws("elbv2", PROD).describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]}


def seed(url):
    """Fills the server. Returns facts()."""
    aws = Maker(url)
    touch(aws)
    identity(aws)
    key = keys(aws)
    buckets(aws, key)
    places = network(aws)
    compute(aws, places)
    balancers(aws, places)
    databases(aws, places, key)
    tables(aws, key)
    monitoring(aws, key)
    applications(aws)
    secrets(aws)
    detection(aws)
    return facts(aws)
