"""What the demo's account answers where moto has no answer or a wrong one, in the form of the wire.

A row names the service and the operation, or what its path looks like where a request does not name it. `facts` are
the ids that moto made up.
"""

import base64
import hashlib
import json
import re
import urllib.parse
from xml.etree import ElementTree

SCANNED = "2026-11-20T06:30:00Z"
EPOCH = 1795156200  # the same
ACCOUNT = "528491072345"
CALLER = "arn:aws:sts::%s:assumed-role/security-audit/plumbline" % ACCOUNT
PROD, STAGING, OLD = "eu-west-1", "us-east-1", "us-west-2"
DAY = 86400


class Request:
    """Service, region and operation as far as the request itself tells them."""

    def __init__(self, method, path, headers, body):
        headers = {name.lower(): value for name, value in headers.items()}
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", headers.get("authorization", ""))
        self.region, self.service = scope.groups() if scope else ("", "")
        self.method, self.body = method, body.decode("utf-8", "replace")
        path, _, self.query = path.partition("?")
        self.path = urllib.parse.unquote(path)
        self.form = dict(urllib.parse.parse_qsl(self.body)) if "x-www-form" in headers.get("content-type", "") else {}
        self.operation = self.form.get("Action") or headers.get("x-amz-target", "").rpartition(".")[2]

    def json(self):
        return json.loads(self.body or "{}")


# ---- Forms of the wire


def as_json(value):
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(value).encode()


def as_rest_json(value):
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


def json_error(status, code, message):
    return status, {"Content-Type": "application/json", "x-amzn-ErrorType": code}, json.dumps({"__type": code, "message": message}).encode()


def as_ec2(operation, inside):
    text = ('<?xml version="1.0" encoding="UTF-8"?>\n<%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
            "<requestId>0</requestId>%s</%sResponse>" % (operation, inside, operation))
    return 200, {"Content-Type": "text/xml;charset=UTF-8"}, text.encode()


def as_query(operation, namespace, inside):
    text = ('<%sResponse xmlns="%s"><%sResult>%s</%sResult><ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></%sResponse>'
            % (operation, namespace, operation, inside, operation, operation))
    return 200, {"Content-Type": "text/xml"}, text.encode()


def as_iam(operation, inside):
    return as_query(operation, "https://iam.amazonaws.com/doc/2010-05-08/", inside)


# ---- The account and its regions


def regions(request, facts):
    rows = [(PROD, "opt-in-not-required"), (STAGING, "opt-in-not-required"), (OLD, "opt-in-not-required"), ("ap-east-1", "not-opted-in")]
    items = "".join("<item><regionName>%s</regionName><regionEndpoint>ec2.%s.amazonaws.com</regionEndpoint><optInStatus>%s</optInStatus></item>"
                    % (name, name, state) for name, state in sorted(rows))
    return as_ec2("DescribeRegions", "<regionInfo>%s</regionInfo>" % items)


def caller(request, facts):
    return as_query("GetCallerIdentity", "https://sts.amazonaws.com/doc/2011-06-15/",
                    "<Arn>%s</Arn><UserId>AROAXMPLHARBOURBOOKS0:plumbline</UserId><Account>%s</Account>" % (CALLER, ACCOUNT))


def no_organization(request, facts):
    return json_error(400, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")


def image_sharing(request, facts):
    return as_ec2("GetImageBlockPublicAccessState", "<imageBlockPublicAccessState>%s</imageBlockPublicAccessState>" % (
        "block-new-sharing" if request.region == PROD else "unblocked"))


def snapshot_sharing(request, facts):
    return as_ec2("GetSnapshotBlockPublicAccessState", "<state>%s</state>" % ("block-all-sharing" if request.region == PROD else "unblocked"))


def metadata_defaults(request, facts):
    inside = "<accountLevel><httpTokens>required</httpTokens></accountLevel>" if request.region == PROD else "<accountLevel/>"
    return as_ec2("GetInstanceMetadataDefaults", inside)


def vpc_block(request, facts):
    return as_ec2("DescribeVpcBlockPublicAccessOptions",
                  "<vpcBlockPublicAccessOptions><awsAccountId>%s</awsAccountId><awsRegion>%s</awsRegion><state>default-state</state>"
                  "<internetGatewayBlockMode>off</internetGatewayBlockMode></vpcBlockPublicAccessOptions>" % (ACCOUNT, request.region))


def vpc_block_exclusions(request, facts):
    return as_ec2("DescribeVpcBlockPublicAccessExclusions", "<vpcBlockPublicAccessExclusionSet/>")


def ebs_key(request, facts):
    return as_ec2("GetEbsDefaultKmsKeyId", "<kmsKeyId>alias/aws/ebs</kmsKeyId>")


# ---- Identity

REPORT = """\
user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,\
access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,\
access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,\
cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated
"""
# name, made, password (last used, last changed) or None, MFA, keys (rotated, used, region, service)
PEOPLE = [
    ("<root_account>", "2019-03-02T09:14:00", ("2026-11-08T21:47:00", None), True, []),
    ("anna.lindqvist", "2021-05-17T08:02:00", ("2026-11-19T07:55:00", "2026-08-03T08:10:00"), True, []),
    ("ben.okafor", "2022-10-03T10:31:00", ("2026-11-18T16:20:00", "2024-01-15T10:00:00"), False,
     [("2024-01-15T10:05:00", "2026-11-17T12:00:00", "eu-west-1", "s3")]),
    ("carla.mendes", "2023-02-20T13:45:00", ("2026-06-30T09:12:00", "2025-11-02T09:00:00"), True, []),
    ("deploy-ci", "2022-10-04T09:00:00", None, False,
     [("2026-10-12T09:00:00", "2026-11-20T05:58:00", "eu-west-1", "cloudformation"),
      ("2023-04-11T14:30:00", "2025-02-01T03:00:00", "us-east-1", "ec2")]),
    ("report-export", "2024-07-08T15:22:00", ("N/A", "2024-07-08T15:22:00"), False, [("2024-07-08T15:22:00", None, None, None)]),
]


def report_line(name, made, password, mfa, keys):
    root = name == "<root_account>"
    arn = "arn:aws:iam::%s:%s" % (ACCOUNT, "root" if root else "user/" + name)

    def when(text):
        return text if text in (None, "N/A") else text + "+00:00"

    line = [name, arn, when(made)]
    if root:
        line += ["not_supported", when(password[0]), "not_supported", "not_supported"]
    elif password:
        line += ["true", "no_information" if password[0] == "N/A" else when(password[0]), when(password[1]), "N/A"]
    else:
        line += ["false", "N/A", "N/A", "N/A"]
    line.append("true" if mfa else "false")
    for key in (list(keys) + [None, None])[:2]:
        line += ["true", when(key[0]), when(key[1]) or "N/A", key[2] or "N/A", key[3] or "N/A"] if key else ["false", "N/A", "N/A", "N/A", "N/A"]
    return ",".join(line + ["false", "N/A", "false", "N/A"])


def credential_report(request, facts):
    text = REPORT + "\n".join(report_line(*row) for row in PEOPLE)
    return as_iam("GetCredentialReport", "<Content>%s</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>2026-11-20T06:29:41Z</GeneratedTime>"
                  % base64.b64encode(text.encode()).decode())


def mfa_devices(request, facts):
    root = "arn:aws:iam::%s:" % ACCOUNT
    devices = [("mfa/root-account-mfa-device", None), ("mfa/anna.lindqvist", "anna.lindqvist"), ("mfa/carla.mendes", "carla.mendes")]
    items = ""
    for serial, user in devices:
        who = "<User><Path>/</Path><UserName>%s</UserName><UserId>AIDA%s</UserId><Arn>%suser/%s</Arn><CreateDate>2022-01-10T09:00:00Z</CreateDate></User>" % (
            user, re.sub("[^A-Z]", "", user.upper()).ljust(16, "X"), root, user) if user else \
            "<User><UserId>%s</UserId><Arn>%sroot</Arn><CreateDate>2019-03-02T09:14:00Z</CreateDate></User>" % (ACCOUNT, root)
        items += "<member><SerialNumber>%s%s</SerialNumber><EnableDate>2022-01-10T09:02:00Z</EnableDate>%s</member>" % (root, serial, who)
    return as_iam("ListVirtualMFADevices", "<IsTruncated>false</IsTruncated><VirtualMFADevices>%s</VirtualMFADevices>" % items)


def server_certificates(request, facts):
    name = "shop-2019"
    return as_iam("ListServerCertificates",
                  "<IsTruncated>false</IsTruncated><ServerCertificateMetadataList><member><ServerCertificateName>%s</ServerCertificateName><Path>/</Path>"
                  "<Arn>arn:aws:iam::%s:server-certificate/%s</Arn><UploadDate>2019-04-01T10:00:00Z</UploadDate>"
                  "<ServerCertificateId>ASCAXMPLHARBOURBOOKS2</ServerCertificateId><Expiration>2021-04-01T12:00:00Z</Expiration></member>"
                  "</ServerCertificateMetadataList>" % (name, ACCOUNT, name))


def certificate_tags(request, facts):
    return as_iam("ListServerCertificateTags", "<IsTruncated>false</IsTruncated><Tags/>")


# ---- Watching


def trail_status(request, facts):
    if request.json()["Name"].endswith("/audit"):
        return as_json({"IsLogging": True, "StartLoggingTime": EPOCH - 900 * DAY, "LatestDeliveryTime": EPOCH - 240,
                        "LatestCloudWatchLogsDeliveryTime": EPOCH - 180, "LatestDigestDeliveryTime": EPOCH - 2400})
    return as_json({"IsLogging": False, "StartLoggingTime": EPOCH - 1500 * DAY, "StopLoggingTime": EPOCH - 1100 * DAY,
                    "LatestDeliveryTime": EPOCH - 1100 * DAY})


def event_selectors(request, facts):
    return as_json({"TrailARN": request.json()["TrailName"], "EventSelectors": [
        {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}]})


def insight_selectors(request, facts):
    return json_error(400, "InsightNotEnabledException", "The trail %s has no insight selectors." % request.json()["TrailName"])


def analyzers(request, facts):
    arn = "arn:aws:access-analyzer:%s:%s:analyzer/whole-account" % (PROD, ACCOUNT)
    return as_rest_json({"analyzers": [] if request.region != PROD else [
        {"arn": arn, "name": "whole-account", "type": "ACCOUNT", "status": "ACTIVE", "createdAt": "2024-02-12T11:00:00Z",
         "lastResourceAnalyzed": "arn:aws:s3:::harbour-covers", "lastResourceAnalyzedAt": "2026-11-20T05:41:12Z",
         "tags": {"Environment": "production", "Owner": "platform"}}]})


def recorder_status(request, facts):
    states = {PROD: {"recording": True, "lastStatus": "SUCCESS"}, STAGING: {"recording": False}}
    found = states.get(request.region)
    return as_json({"ConfigurationRecordersStatus": [] if found is None else [dict(
        found, name="default", arn="arn:aws:config:%s:%s:configuration-recorder/default/abcd1234" % (request.region, ACCOUNT),
        lastStartTime=EPOCH - 700 * DAY, lastStatusChangeTime=EPOCH - 3600)]})


def conformance_packs(request, facts):
    return as_json({"ConformancePackDetails": []})


FINDING = "7ec2b4d0a1f34c5d9a6e8b0c2d4f6a81"


def grave_findings(request, facts):
    return as_rest_json({"findingIds": [FINDING] if request.region == PROD else [], "nextToken": ""})


def findings(request, facts):
    detector = request.path.split("/")[2]
    return as_rest_json({"findings": [{
        "accountId": ACCOUNT, "arn": "arn:aws:guardduty:%s:%s:detector/%s/finding/%s" % (PROD, ACCOUNT, detector, FINDING),
        "id": FINDING, "region": PROD, "partition": "aws", "schemaVersion": "2.0", "severity": 8.0, "createdAt": "2026-11-14T02:11:05.120Z",
        "updatedAt": "2026-11-19T23:54:40.007Z", "type": "UnauthorizedAccess:EC2/SSHBruteForce",
        "title": "The instance bastion is target of SSH brute force attacks.", "description": "Many hosts try passwords at the instance.",
        "resource": {"resourceType": "Instance"}, "service": {"archived": False, "count": 118, "serviceName": "guardduty"}}]})


def hub(request, facts):
    if request.region != PROD:
        return json_error(401, "InvalidAccessException", "Account %s is not subscribed to AWS Security Hub" % ACCOUNT)
    return as_rest_json({"HubArn": "arn:aws:securityhub:%s:%s:hub/default" % (PROD, ACCOUNT), "SubscribedAt": "2024-02-12T11:20:31.114Z",
                         "AutoEnableControls": True, "ControlFindingGenerator": "SECURITY_CONTROL"})


def standards(request, facts):
    if request.region != PROD:
        return hub(request, facts)
    name = "aws-foundational-security-best-practices/v/1.0.0"
    return as_rest_json({"StandardsSubscriptions": [{
        "StandardsSubscriptionArn": "arn:aws:securityhub:%s:%s:subscription/%s" % (PROD, ACCOUNT, name),
        "StandardsArn": "arn:aws:securityhub:%s::standards/%s" % (PROD, name), "StandardsInput": {}, "StandardsStatus": "READY"}]})


def macie(request, facts):
    if request.region != PROD:
        return json_error(403, "AccessDeniedException", "Macie is not enabled")
    return as_rest_json({"createdAt": "2025-09-01T08:00:00Z", "updatedAt": "2026-10-02T08:00:00Z", "status": "ENABLED", "findingPublishingFrequency": "SIX_HOURS",
                         "serviceRole": "arn:aws:iam::%s:role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie" % ACCOUNT})


# ---- Distributions


def distributions(request, facts):
    """moto's list lacks most of what a distribution is."""
    items = ""
    for comment, (id_, domain) in sorted(facts["distributions"].items()):
        good = comment == "shop"
        items += (
            "<DistributionSummary><Id>%s</Id><ARN>arn:aws:cloudfront::%s:distribution/%s</ARN><Status>Deployed</Status>"
            "<LastModifiedTime>2025-06-11T09:12:44.000Z</LastModifiedTime><DomainName>%s</DomainName><Aliases><Quantity>0</Quantity></Aliases>"
            "<Origins><Quantity>1</Quantity><Items><Origin><Id>%s</Id><DomainName>harbour-prod-web.s3.eu-west-1.amazonaws.com</DomainName><OriginPath/>"
            "<CustomHeaders><Quantity>0</Quantity></CustomHeaders><S3OriginConfig><OriginAccessIdentity/></S3OriginConfig></Origin></Items></Origins>"
            "<DefaultCacheBehavior><TargetOriginId>%s</TargetOriginId><ViewerProtocolPolicy>%s</ViewerProtocolPolicy></DefaultCacheBehavior>"
            "<CacheBehaviors><Quantity>0</Quantity></CacheBehaviors><Comment>%s</Comment><PriceClass>PriceClass_100</PriceClass><Enabled>true</Enabled>"
            "<ViewerCertificate><CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate><MinimumProtocolVersion>TLSv1</MinimumProtocolVersion>"
            "<CertificateSource>cloudfront</CertificateSource></ViewerCertificate><Restrictions><GeoRestriction><RestrictionType>none</RestrictionType>"
            "<Quantity>0</Quantity></GeoRestriction></Restrictions><WebACLId>%s</WebACLId><HttpVersion>http2</HttpVersion>"
            "<IsIPV6Enabled>true</IsIPV6Enabled><Staging>false</Staging></DistributionSummary>"
            % (id_, ACCOUNT, id_, domain, comment, comment, "redirect-to-https" if good else "allow-all", comment, facts["front_acl"] if good else ""))
    return 200, {"Content-Type": "application/xml"}, (
        '<?xml version="1.0" encoding="UTF-8"?>\n<DistributionList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Marker/><MaxItems>100</MaxItems>'
        "<IsTruncated>false</IsTruncated><Quantity>2</Quantity><Items>%s</Items></DistributionList>" % items).encode()


def distribution_tags(request, facts):
    return 200, {"Content-Type": "application/xml"}, (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Tags xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Items><Tag><Key>Environment</Key>'
        "<Value>production</Value></Tag><Tag><Key>Owner</Key><Value>platform</Value></Tag></Items></Tags>").encode()


# ---- Machines, certificates, backups


def managed_nodes(request, facts):
    nodes = [] if request.region != PROD else [
        {"InstanceId": facts["instances"][name], "ComputerName": name, "PingStatus": "Online", "LastPingDateTime": EPOCH - 90 - i,
         "AgentVersion": "3.3.987.0", "IsLatestVersion": False, "PlatformType": "Linux", "PlatformName": "Amazon Linux", "PlatformVersion": "2023",
         "ResourceType": "EC2Instance", "IPAddress": "10.10.2.%d" % (10 + i), "AssociationStatus": "Success"}
        for i, name in enumerate(("shop-web-1", "shop-web-2"))]
    return as_json({"InstanceInformationList": nodes})


def patches(request, facts):
    rows = []
    for name, missing in (("shop-web-1", 0), ("shop-web-2", 3)):
        rows.append({"ComplianceType": "Patch", "ResourceType": "ManagedInstance", "ResourceId": facts["instances"][name],
                     "Status": "NON_COMPLIANT" if missing else "COMPLIANT", "OverallSeverity": "CRITICAL" if missing else "UNSPECIFIED",
                     "ExecutionSummary": {"ExecutionTime": EPOCH - DAY, "ExecutionId": "11111111-2222-3333-4444-55555555555%d" % missing, "ExecutionType": "Command"},
                     "CompliantSummary": {"CompliantCount": 214 - missing, "SeveritySummary": {"UnspecifiedCount": 214 - missing}},
                     "NonCompliantSummary": {"NonCompliantCount": missing, "SeveritySummary": {"CriticalCount": missing}}})
    return as_json({"ResourceComplianceSummaryItems": rows if request.region == PROD else []})


def guarded_resources(request, facts):
    return as_json({"ResourceArns": [facts["balancer"]] if request.json().get("ResourceType") == "APPLICATION_LOAD_BALANCER" else []})


SELECTION = "3f0e8c1d-6a52-4b97-8d15-5a7c9e2b4f60"


def selections(request, facts):
    return as_rest_json({"BackupSelectionsList": [
        {"SelectionId": SELECTION, "SelectionName": "production", "BackupPlanId": request.path.split("/")[3], "CreationDate": EPOCH - 400 * DAY,
         "IamRoleArn": "arn:aws:iam::%s:role/backup" % ACCOUNT}]})


def selection(request, facts):
    return as_rest_json({"SelectionId": SELECTION, "BackupPlanId": request.path.split("/")[3], "CreationDate": EPOCH - 400 * DAY, "BackupSelection": {
        "SelectionName": "production", "IamRoleArn": "arn:aws:iam::%s:role/backup" % ACCOUNT, "Resources": [], "NotResources": [],
        "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "Environment", "ConditionValue": "production"}],
        "Conditions": {"StringEquals": [], "StringNotEquals": [], "StringLike": [], "StringNotLike": []}}})


def protected(request, facts):
    rows = [] if request.region != PROD else [
        {"ResourceArn": "arn:aws:dynamodb:%s:%s:table/%s" % (PROD, ACCOUNT, name), "ResourceType": "DynamoDB", "LastBackupTime": EPOCH - 12600}
        for name in ("baskets", "catalogue")]
    return as_rest_json({"Results": rows})


def recovery_points(request, facts):
    def point(number, kind, arn, encrypted):
        return {"RecoveryPointArn": "arn:aws:backup:%s:%s:recovery-point:%s" % (PROD, ACCOUNT, number), "BackupVaultName": "shop", "ResourceArn": arn,
                "BackupVaultArn": "arn:aws:backup:%s:%s:backup-vault:shop" % (PROD, ACCOUNT), "ResourceType": kind, "Status": "COMPLETED",
                "IsEncrypted": encrypted, "CreationDate": EPOCH - 12600, "CompletionDate": EPOCH - 12000, "BackupSizeInBytes": 1073741824,
                "CalculatedLifecycle": {"DeleteAt": EPOCH + 35 * DAY}, "Lifecycle": {"DeleteAfterDays": 35}}
    return as_rest_json({"RecoveryPoints": [
        point("0aa1", "DynamoDB", "arn:aws:dynamodb:%s:%s:table/catalogue" % (PROD, ACCOUNT), True),
        point("0aa2", "DynamoDB", "arn:aws:dynamodb:%s:%s:table/baskets" % (PROD, ACCOUNT), False)]})


def no_vault_policy(request, facts):
    return json_error(400, "ResourceNotFoundException", "Backup vault has no access policy")


# ---- Two refusals


def refused_secrets(request, facts):
    if request.region != OLD:
        return None
    return json_error(400, "AccessDeniedException", "User: %s is not authorized to perform: secretsmanager:ListSecrets because no identity-based "
                      "policy allows the secretsmanager:ListSecrets action" % CALLER)


def refused_policy(request, facts):
    text = ('<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>User: %s is not authorized to perform: s3:GetBucketPolicy '
            'on resource: "arn:aws:s3:::harbour-finance-archive" with an explicit deny in a resource-based policy</Message></Error>' % CALLER)
    return 403, {"Content-Type": "application/xml"}, text.encode()


def policy_status(request, facts):
    """moto lists the bucket instead."""
    bucket = request.path.strip("/")
    if bucket in ("harbour-prod-backups", "harbour-staging-exports", "harbour-marketing-2021"):
        text = "<Error><Code>NoSuchBucketPolicy</Code><Message>The bucket policy does not exist</Message><BucketName>%s</BucketName></Error>" % bucket
        return 404, {"Content-Type": "application/xml"}, text.encode()
    is_public = bucket in ("harbour-covers", "harbour-staging-dropbox")
    return 200, {"Content-Type": "application/xml"}, (
        '<PolicyStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsPublic>%s</IsPublic></PolicyStatus>' % str(is_public).lower()).encode()


REFUSED = {"s3:GetBucketPolicy", "secretsmanager:ListSecrets"}

ANSWERS = {
    "ec2": {"DescribeRegions": regions, "GetImageBlockPublicAccessState": image_sharing, "GetSnapshotBlockPublicAccessState": snapshot_sharing,
            "GetInstanceMetadataDefaults": metadata_defaults, "DescribeVpcBlockPublicAccessOptions": vpc_block,
            "DescribeVpcBlockPublicAccessExclusions": vpc_block_exclusions, "GetEbsDefaultKmsKeyId": ebs_key},
    "sts": {"GetCallerIdentity": caller},
    "organizations": {"DescribeAccount": no_organization},
    "iam": {"GetCredentialReport": credential_report, "ListVirtualMFADevices": mfa_devices, "ListServerCertificates": server_certificates,
            "ListServerCertificateTags": certificate_tags},
    "cloudtrail": {"GetTrailStatus": trail_status, "GetEventSelectors": event_selectors, "GetInsightSelectors": insight_selectors},
    "config": {"DescribeConfigurationRecorderStatus": recorder_status, "DescribeConformancePacks": conformance_packs},
    "ssm": {"DescribeInstanceInformation": managed_nodes, "ListResourceComplianceSummaries": patches},
    "wafv2": {"ListResourcesForWebACL": guarded_resources},
    "secretsmanager": {"ListSecrets": refused_secrets},
}
PATHS = {
    "access-analyzer": [(r"GET /analyzer", analyzers)],
    "guardduty": [(r"POST /detector/[^/]+/findings", grave_findings), (r"POST /detector/[^/]+/findings/get", findings)],
    "securityhub": [(r"GET /accounts", hub), (r"POST /standards/get", standards)],
    "cloudfront": [(r"GET /\d{4}-\d\d-\d\d/distribution", distributions), (r"GET /\d{4}-\d\d-\d\d/tagging", distribution_tags)],
    "macie2": [(r"GET /macie", macie)],
    "backup": [(r"GET /backup/plans/[^/]+/selections/?", selections), (r"GET /backup/plans/[^/]+/selections/[^/]+", selection),
               (r"GET /resources/?", protected), (r"GET /backup-vaults/[^/]+/recovery-points/?", recovery_points),
               (r"GET /backup-vaults/[^/]+/access-policy", no_vault_policy)],
}


def own_answer(request, facts):
    """Status, headers and body, or None: moto's is right."""
    if request.service == "s3" and request.path.strip("/") == "harbour-finance-archive" and re.match(r"policy(=|&|$)", request.query):
        return refused_policy(request, facts)
    if request.service == "s3" and request.query.startswith("policyStatus"):
        return policy_status(request, facts)
    answer = ANSWERS.get(request.service, {}).get(request.operation)
    for pattern, function in PATHS.get(request.service, []):
        if re.fullmatch(pattern, "%s %s" % (request.method, request.path)):
            answer = function
    return answer(request, facts) if answer else None


# ---- Where moto is nearly right


def only_used_policies(text):
    """Of AWS's own policies the account has those that it uses. moto leaves out names and ids here."""
    def keep(match):
        arn = match[1]
        if arn.startswith("arn:aws:iam::aws:") and "<AttachmentCount>0<" in match[0]:
            return ""
        number = hashlib.sha256(arn.encode()).hexdigest()[:17].upper()
        return "<member><PolicyName>%s</PolicyName><PolicyId>ANPA%s</PolicyId>%s" % (
            arn.rsplit("/", 1)[1], number, match[0].removeprefix("<member>"))

    head, policies, tail = re.match(r"(?s)(.*<Policies>)(.*)(</Policies>.*)", text).groups()
    for name, made, *_ in PEOPLE:
        head = re.sub(r"(<UserName>%s</UserName>.*?<CreateDate>)[^<]*" % re.escape(name), r"\g<1>%sZ" % made, head, count=1)
    return head + re.sub(r"(?s)<member><Arn>([^<]*)</Arn>.*?</PolicyVersionList></member>", keep, policies) + tail


def own_snapshots(text):
    """moto counts those of its images' owner as ours."""
    return re.sub(r"(?s)<item><tagSet/><snapshotId>(?:(?!</item>).)*?<ownerId>801119661308</ownerId>.*?</item>", "", text)


def issued(text):
    answer = json.loads(text)
    for one in answer["CertificateSummaryList"] if "CertificateSummaryList" in answer else [answer["Certificate"]]:
        is_old = "old." in one["DomainName"]
        expires = EPOCH + (12 if is_old else 281) * DAY
        one.update(Status="ISSUED", IssuedAt=expires - 395 * DAY, NotBefore=expires - 395 * DAY, NotAfter=expires, CreatedAt=expires - 396 * DAY,
                   RenewalEligibility="ELIGIBLE")
        if "Serial" in one:
            one["Serial"] = "0a:4c:%s:7f:11:52:9e:3b" % ("01" if is_old else "02")
    return json.dumps(answer)


def no_orphans(text, facts):
    """moto leaves the network ACL of a VPC that was deleted."""
    space = "http://ec2.amazonaws.com/doc/2016-11-15/"
    space = space if space in text else space.rstrip("/")
    ElementTree.register_namespace("", space)
    root = ElementTree.fromstring(text)
    all_ = root.find("{%s}networkAclSet" % space)
    for item in list(all_):
        if item.findtext("{%s}vpcId" % space) not in facts["vpcs"]:
            all_.remove(item)
    return ElementTree.tostring(root, encoding="unicode")


def own_aliases(text):
    """moto has an alias for each service, which AWS makes at its first use."""
    answer = json.loads(text)
    answer["Aliases"] = [one for one in answer["Aliases"] if not one["AliasName"].startswith("alias/aws/")]
    return json.dumps(answer)


def with_mfa(text):
    return re.sub(r"(<key>AccountMFAEnabled</key><value>)\d", r"\g<1>1", text)


def with_regions(text):
    """moto leaves out where a bucket is."""
    def place(match):
        region = OLD if "marketing" in match[1] else STAGING if "staging" in match[1] else PROD
        return match[0] + "<BucketRegion>%s</BucketRegion>" % region

    return re.sub(r"<Name>([^<]+)</Name>", place, re.sub("<BucketRegion>[^<]*</BucketRegion>", "", text))


def writable_by_all(text):
    """Of an ACL's grants to one grantee moto tells the first."""
    return re.sub(r"(<Grant>(?:(?!</Grant>).)*AllUsers.*?<Permission>)READ(</Permission></Grant>)", r"\g<1>READ\2\g<1>WRITE\2", text)


def without_host(text):
    return re.sub("<HostId>[^<]*</HostId>", "", text)


CORRECTIONS = {("iam", "GetAccountAuthorizationDetails"): only_used_policies, ("iam", "GetAccountSummary"): with_mfa,
               ("ec2", "DescribeSnapshots"): own_snapshots, ("kms", "ListAliases"): own_aliases, ("acm", "DescribeCertificate"): issued, ("acm", "ListCertificates"): issued}


def corrected(request, status, answer, facts):
    correction = CORRECTIONS.get((request.service, request.operation))
    if request.operation == "DescribeNetworkAcls" and status == 200:
        return no_orphans(answer.decode(), facts).encode()
    if request.service == "s3" and request.path == "/":
        correction = with_regions
    if request.service == "s3" and request.path.strip("/") == "harbour-marketing-2021" and request.query.startswith("acl"):
        correction = writable_by_all
    if request.service == "s3" and status == 404:
        correction = without_host
    if correction is None or (status != 200 and correction != without_host):
        return answer
    return correction(answer.decode()).encode()
