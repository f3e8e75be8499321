/* Amazon EC2: regions and what is set for each, machines, disks, images and networks. */

#include "scanners/collect.h"

static const struct operation operations[] = {
	{
		.name = "DescribeRegions",
		.items = "Regions",
		.bind = "AllRegions=:true",
		.regions = "home",
	},
	{ .name = "GetEbsEncryptionByDefault" },
	{ .name = "GetEbsDefaultKmsKeyId" },
	{ .name = "GetImageBlockPublicAccessState" },
	{ .name = "GetSnapshotBlockPublicAccessState" },
	{ .name = "GetInstanceMetadataDefaults" },
	{ .name = "DescribeVpcBlockPublicAccessOptions" },
	{
		.name = "DescribeVpcBlockPublicAccessExclusions",
		.items = "VpcBlockPublicAccessExclusions",
	},
	{ .name = "DescribeInstances", .items = "Reservations[].Instances[]" },
	{
		.name = "DescribeInstanceAttribute",
		.parent = "DescribeInstances",
		.only = "State.Name!=terminated",
		.bind = "InstanceId=InstanceId Attribute='userData'",
		.secrets = "UserData.Value",
	},
	{ .name = "DescribeVolumes", .items = "Volumes" },
	/* Without an owner these two answer the whole world's. */
	{
		.name = "DescribeSnapshots",
		.items = "Snapshots",
		.bind = "OwnerIds=:[\"self\"]",
	},
	{ .name = "DescribeImages", .items = "Images", .bind = "Owners=:[\"self\"]" },
	{
		.name = "DescribeSnapshotAttribute",
		.parent = "DescribeSnapshots",
		.bind = "SnapshotId=SnapshotId Attribute='createVolumePermission'",
	},
	{ .name = "DescribeSecurityGroups", .items = "SecurityGroups" },
	{ .name = "DescribeManagedPrefixLists", .items = "PrefixLists" },
	{
		.name = "GetManagedPrefixListEntries",
		.parent = "DescribeManagedPrefixLists",
		.only = "OwnerId!=AWS",
		.bind = "PrefixListId=PrefixListId",
	},
	{ .name = "DescribeNetworkAcls", .items = "NetworkAcls" },
	{ .name = "DescribeVpcs", .items = "Vpcs" },
	{ .name = "DescribeSubnets", .items = "Subnets" },
	{ .name = "DescribeRouteTables", .items = "RouteTables" },
	{ .name = "DescribeFlowLogs", .items = "FlowLogs" },
	{ .name = "DescribeVpcEndpoints", .items = "VpcEndpoints" },
	{ .name = "DescribeNetworkInterfaces", .items = "NetworkInterfaces" },
	{ .name = "DescribeAddresses", .items = "Addresses" },
	{ .name = "DescribeInternetGateways", .items = "InternetGateways" },
	{ .name = "DescribeNatGateways", .items = "NatGateways" },
};

#define NAMED(id) \
	{ "name", TEXT, NULL, "Tags[Key=Name].Value|" id }, { "tags", TAGS, NULL, "Tags" }

static const struct column region[] = {
	{ "name", TEXT, NULL, "RegionName" },
	{ "region", TEXT, NULL, "RegionName" },
	{ "state", TEXT, NULL, "OptInStatus" },
	{ "ebs_encrypted_by_default", BOOL, "GetEbsEncryptionByDefault",
	  "EbsEncryptionByDefault" },
	{ "ebs_default_kms_key_id", TEXT, "GetEbsDefaultKmsKeyId", "KmsKeyId" },
	{ "image_block_public_access", TEXT, "GetImageBlockPublicAccessState",
	  "ImageBlockPublicAccessState" },
	{ "snapshot_block_public_access", TEXT, "GetSnapshotBlockPublicAccessState",
	  "State" },
	{ "imds_default_tokens", TEXT, "GetInstanceMetadataDefaults",
	  "AccountLevel.HttpTokens" },
	{ "imds_default_endpoint", TEXT, "GetInstanceMetadataDefaults",
	  "AccountLevel.HttpEndpoint" },
	{ "imds_default_hop_limit", INTEGER, "GetInstanceMetadataDefaults",
	  "AccountLevel.HttpPutResponseHopLimit" },
	{ "vpc_block_public_access", TEXT, "DescribeVpcBlockPublicAccessOptions",
	  "VpcBlockPublicAccessOptions.InternetGatewayBlockMode" },
};

static const struct column instance[] = {
	NAMED("InstanceId"),
	{ "instance_id", TEXT, NULL, "InstanceId" },
	{ "owner_id", TEXT, NULL, "^OwnerId" },
	{ "state", TEXT, NULL, "State.Name" },
	{ "instance_type", TEXT, NULL, "InstanceType" },
	{ "image_id", TEXT, NULL, "ImageId" },
	{ "platform", TEXT, NULL, "PlatformDetails" },
	{ "launched_at", TIME, NULL, "LaunchTime" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "subnet_id", TEXT, NULL, "SubnetId" },
	{ "private_ip", TEXT, NULL, "PrivateIpAddress" },
	{ "public_ip", TEXT, NULL, "PublicIpAddress" },
	{ "key_name", TEXT, NULL, "KeyName" },
	{ "instance_profile_arn", TEXT, NULL, "IamInstanceProfile.Arn" },
	{ "monitoring", TEXT, NULL, "Monitoring.State" },
	{ "http_endpoint", TEXT, NULL, "MetadataOptions.HttpEndpoint" },
	{ "http_tokens", TEXT, NULL, "MetadataOptions.HttpTokens" },
	{ "http_hop_limit", INTEGER, NULL, "MetadataOptions.HttpPutResponseHopLimit" },
	{ "is_ebs_optimized", BOOL, NULL, "EbsOptimized" },
	{ "source_dest_check", BOOL, NULL, "SourceDestCheck" },
	{ "tenancy", TEXT, NULL, "Placement.Tenancy" },
	{ "security_group_ids", JSON, NULL, "SecurityGroups[].GroupId" },
	{ "volume_ids", JSON, NULL, "BlockDeviceMappings[].Ebs.VolumeId" },
	{ "user_data", TEXT, "DescribeInstanceAttribute", "UserData.Value" },
};

static const struct column address_of_instance[] = {
	{ "interface_id", TEXT, NULL, "NetworkInterfaceId" },
	{ "subnet_id", TEXT, NULL, "SubnetId" },
	{ "private_ip", TEXT, NULL, "PrivateIpAddress" },
	{ "public_ip", TEXT, NULL, "Association.PublicIp" },
	{ "ipv6", TEXT, NULL, "Ipv6Addresses[0].Ipv6Address" },
	{ "public_ips", JSON, NULL, "PrivateIpAddresses[].Association.PublicIp" },
	{ "ipv6_addresses", JSON, NULL, "Ipv6Addresses[].Ipv6Address" },
};

static const struct column volume[] = {
	NAMED("VolumeId"),
	{ "volume_id", TEXT, NULL, "VolumeId" },
	{ "is_encrypted", BOOL, NULL, "Encrypted" },
	{ "kms_key_id", TEXT, NULL, "KmsKeyId" },
	{ "state", TEXT, NULL, "State" },
	{ "volume_type", TEXT, NULL, "VolumeType" },
	{ "size_gib", INTEGER, NULL, "Size" },
	{ "snapshot_id", TEXT, NULL, "SnapshotId" },
	{ "zone", TEXT, NULL, "AvailabilityZone" },
	{ "created_at", TIME, NULL, "CreateTime" },
	{ "instance_id", TEXT, NULL, "Attachments[0].InstanceId" },
	{ "device", TEXT, NULL, "Attachments[0].Device" },
	{ "deleted_with_instance", BOOL, NULL, "Attachments[0].DeleteOnTermination" },
};

static const struct column snapshot[] = {
	NAMED("SnapshotId"),
	{ "snapshot_id", TEXT, NULL, "SnapshotId" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "volume_id", TEXT, NULL, "VolumeId" },
	{ "is_encrypted", BOOL, NULL, "Encrypted" },
	{ "kms_key_id", TEXT, NULL, "KmsKeyId" },
	{ "state", TEXT, NULL, "State" },
	{ "size_gib", INTEGER, NULL, "VolumeSize" },
	{ "description", TEXT, NULL, "Description" },
	{ "created_at", TIME, NULL, "StartTime" },
	{ "storage_tier", TEXT, NULL, "StorageTier" },
	{ "is_public", BOOL, "DescribeSnapshotAttribute",
	  "CreateVolumePermissions[Group=all] :present" },
	{ "restore_accounts", JSON, "DescribeSnapshotAttribute",
	  "CreateVolumePermissions[].UserId" },
};

static const struct column image[] = {
	{ "name", TEXT, NULL, "Name|ImageId" },
	{ "tags", TAGS, NULL, "Tags" },
	{ "image_id", TEXT, NULL, "ImageId" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "is_public", BOOL, NULL, "Public" },
	{ "state", TEXT, NULL, "State" },
	{ "description", TEXT, NULL, "Description" },
	{ "created_at", TIME, NULL, "CreationDate" },
	{ "deprecated_at", TIME, NULL, "DeprecationTime" },
	{ "last_launched_at", TIME, NULL, "LastLaunchedTime" },
	{ "imds_support", TEXT, NULL, "ImdsSupport" },
	{ "root_device_type", TEXT, NULL, "RootDeviceType" },
	{ "snapshot_ids", JSON, NULL, "BlockDeviceMappings[].Ebs.SnapshotId" },
};

static const struct column security_group[] = {
	{ "name", TEXT, NULL, "GroupName" },
	{ "tags", TAGS, NULL, "Tags" },
	{ "group_id", TEXT, NULL, "GroupId" },
	{ "group_name", TEXT, NULL, "GroupName" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "description", TEXT, NULL, "Description" },
};

/* One row for each range, group or prefix list that a permission names. */
static const struct column group_rule[] = {
	{ "group_id", TEXT, NULL, "^^GroupId" },
	{ "protocol", TEXT, NULL, "^IpProtocol" },
	{ "from_port", INTEGER, NULL, "^FromPort" },
	{ "to_port", INTEGER, NULL, "^ToPort" },
	{ "cidr", TEXT, NULL, "CidrIp|CidrIpv6" },
	{ "prefix_list_id", TEXT, NULL, "PrefixListId" },
	{ "referenced_group_id", TEXT, NULL, "GroupId" },
	{ "referenced_account_id", TEXT, NULL, "UserId" },
	{ "description", TEXT, NULL, "Description" },
};

static const struct column prefix_list[] = {
	{ "arn", TEXT, NULL, "PrefixListArn" },
	{ "name", TEXT, NULL, "PrefixListName" },
	{ "tags", TAGS, NULL, "Tags" },
	{ "prefix_list_id", TEXT, NULL, "PrefixListId" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "address_family", TEXT, NULL, "AddressFamily" },
	{ "max_entries", INTEGER, NULL, "MaxEntries" },
};

/* Lists of AWS itself: ranges of its services, never the Internet. */
static const struct column aws_prefix_list[] = {
	{ "name", TEXT, NULL, "PrefixListName" },
	{ "prefix_list_id", TEXT, NULL, "PrefixListId" },
};

static const struct column prefix_list_entry[] = {
	{ "cidr", TEXT, NULL, "Cidr" },
	{ "description", TEXT, NULL, "Description" },
};

static const struct column network_acl[] = {
	NAMED("NetworkAclId"),
	{ "network_acl_id", TEXT, NULL, "NetworkAclId" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "is_default", BOOL, NULL, "IsDefault" },
	{ "subnet_ids", JSON, NULL, "Associations[].SubnetId" },
	{ "subnet_count", INTEGER, NULL, "Associations :count" },
};

static const struct column network_acl_entry[] = {
	{ "number", INTEGER, NULL, "RuleNumber" },
	{ "is_egress", BOOL, NULL, "Egress" },
	{ "action", TEXT, NULL, "RuleAction" },
	{ "protocol", TEXT, NULL, "Protocol" },
	{ "from_port", INTEGER, NULL, "PortRange.From" },
	{ "to_port", INTEGER, NULL, "PortRange.To" },
	{ "cidr", TEXT, NULL, "CidrBlock|Ipv6CidrBlock" },
	{ "icmp_type", INTEGER, NULL, "IcmpTypeCode.Type" },
	{ "icmp_code", INTEGER, NULL, "IcmpTypeCode.Code" },
};

static const struct column vpc[] = {
	NAMED("VpcId"),
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "cidr", TEXT, NULL, "CidrBlock" },
	{ "cidrs", JSON, NULL, "CidrBlockAssociationSet[].CidrBlock" },
	{ "ipv6_cidrs", JSON, NULL, "Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock" },
	{ "is_default", BOOL, NULL, "IsDefault" },
	{ "state", TEXT, NULL, "State" },
	{ "tenancy", TEXT, NULL, "InstanceTenancy" },
	{ "dhcp_options_id", TEXT, NULL, "DhcpOptionsId" },
};

static const struct column subnet[] = {
	NAMED("SubnetId"),
	{ "subnet_id", TEXT, NULL, "SubnetId" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "cidr", TEXT, NULL, "CidrBlock" },
	{ "ipv6_cidrs", JSON, NULL, "Ipv6CidrBlockAssociationSet[].Ipv6CidrBlock" },
	{ "zone", TEXT, NULL, "AvailabilityZone" },
	{ "is_default", BOOL, NULL, "DefaultForAz" },
	{ "gives_public_ip", BOOL, NULL, "MapPublicIpOnLaunch" },
	{ "gives_ipv6", BOOL, NULL, "AssignIpv6AddressOnCreation" },
	{ "free_addresses", INTEGER, NULL, "AvailableIpAddressCount" },
	{ "state", TEXT, NULL, "State" },
};

static const struct column route_table[] = {
	NAMED("RouteTableId"),
	{ "route_table_id", TEXT, NULL, "RouteTableId" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
};

static const struct column route[] = {
	{ "destination", TEXT, NULL,
	  "DestinationCidrBlock|DestinationIpv6CidrBlock|DestinationPrefixListId" },
	{ "destination_prefix_list_id", TEXT, NULL, "DestinationPrefixListId" },
	{ "gateway_id", TEXT, NULL, "GatewayId" },
	{ "nat_gateway_id", TEXT, NULL, "NatGatewayId" },
	{ "egress_gateway_id", TEXT, NULL, "EgressOnlyInternetGatewayId" },
	{ "transit_gateway_id", TEXT, NULL, "TransitGatewayId" },
	{ "peering_id", TEXT, NULL, "VpcPeeringConnectionId" },
	{ "instance_id", TEXT, NULL, "InstanceId" },
	{ "interface_id", TEXT, NULL, "NetworkInterfaceId" },
	{ "state", TEXT, NULL, "State" },
	{ "origin", TEXT, NULL, "Origin" },
};

static const struct column route_table_association[] = {
	{ "association_id", TEXT, NULL, "RouteTableAssociationId" },
	{ "is_main", BOOL, NULL, "Main" },
	{ "subnet_id", TEXT, NULL, "SubnetId" },
	{ "gateway_id", TEXT, NULL, "GatewayId" },
	{ "state", TEXT, NULL, "AssociationState.State" },
};

/* VPCs and subnets that VPC Block Public Access leaves alone. */
static const struct column public_access_exclusion[] = {
	{ "name", TEXT, NULL, "ExclusionId" },
	{ "exclusion_id", TEXT, NULL, "ExclusionId" },
	{ "resource_arn", TEXT, NULL, "ResourceArn" },
	{ "mode", TEXT, NULL, "InternetGatewayExclusionMode" },
	{ "state", TEXT, NULL, "State" },
};

static const struct column flow_log[] = {
	NAMED("FlowLogId"),
	{ "flow_log_id", TEXT, NULL, "FlowLogId" },
	{ "resource_id", TEXT, NULL, "ResourceId" },
	{ "traffic_type", TEXT, NULL, "TrafficType" },
	{ "status", TEXT, NULL, "FlowLogStatus" },
	{ "delivery_status", TEXT, NULL, "DeliverLogsStatus" },
	{ "delivery_error", TEXT, NULL, "DeliverLogsErrorMessage" },
	{ "destination_type", TEXT, NULL, "LogDestinationType" },
	{ "destination", TEXT, NULL, "LogDestination" },
	{ "log_group_name", TEXT, NULL, "LogGroupName" },
	{ "created_at", TIME, NULL, "CreationTime" },
};

static const struct column vpc_endpoint[] = {
	NAMED("VpcEndpointId"),
	{ "endpoint_id", TEXT, NULL, "VpcEndpointId" },
	{ "endpoint_type", TEXT, NULL, "VpcEndpointType" },
	{ "service_name", TEXT, NULL, "ServiceName" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "state", TEXT, NULL, "State" },
	{ "policy", JSON, NULL, "PolicyDocument :json" },
	{ "private_dns_enabled", BOOL, NULL, "PrivateDnsEnabled" },
	{ "route_table_ids", JSON, NULL, "RouteTableIds" },
	{ "subnet_ids", JSON, NULL, "SubnetIds" },
	{ "security_group_ids", JSON, NULL, "Groups[].GroupId" },
	{ "created_at", TIME, NULL, "CreationTimestamp" },
};

static const struct column interface[] = {
	{ "name", TEXT, NULL, "TagSet[Key=Name].Value|NetworkInterfaceId" },
	{ "tags", TAGS, NULL, "TagSet" },
	{ "interface_id", TEXT, NULL, "NetworkInterfaceId" },
	{ "interface_type", TEXT, NULL, "InterfaceType" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "subnet_id", TEXT, NULL, "SubnetId" },
	{ "instance_id", TEXT, NULL, "Attachment.InstanceId" },
	{ "description", TEXT, NULL, "Description" },
	{ "status", TEXT, NULL, "Status" },
	{ "private_ip", TEXT, NULL, "PrivateIpAddress" },
	{ "public_ip", TEXT, NULL, "Association.PublicIp" },
	{ "public_ips", JSON, NULL, "PrivateIpAddresses[].Association.PublicIp" },
	{ "ipv6_addresses", JSON, NULL, "Ipv6Addresses[].Ipv6Address" },
	{ "ipv6_prefixes", JSON, NULL, "Ipv6Prefixes[].Ipv6Prefix" },
	{ "security_group_ids", JSON, NULL, "Groups[].GroupId" },
	{ "is_requester_managed", BOOL, NULL, "RequesterManaged" },
};

static const struct column address[] = {
	NAMED("PublicIp"),
	{ "public_ip", TEXT, NULL, "PublicIp" },
	{ "allocation_id", TEXT, NULL, "AllocationId" },
	{ "association_id", TEXT, NULL, "AssociationId" },
	{ "instance_id", TEXT, NULL, "InstanceId" },
	{ "interface_id", TEXT, NULL, "NetworkInterfaceId" },
	{ "domain", TEXT, NULL, "Domain" },
};

static const struct column internet_gateway[] = {
	NAMED("InternetGatewayId"),
	{ "gateway_id", TEXT, NULL, "InternetGatewayId" },
	{ "owner_id", TEXT, NULL, "OwnerId" },
	{ "vpc_id", TEXT, NULL, "Attachments[0].VpcId" },
	{ "state", TEXT, NULL, "Attachments[0].State" },
};

static const struct column nat_gateway[] = {
	NAMED("NatGatewayId"),
	{ "gateway_id", TEXT, NULL, "NatGatewayId" },
	{ "vpc_id", TEXT, NULL, "VpcId" },
	{ "subnet_id", TEXT, NULL, "SubnetId" },
	{ "state", TEXT, NULL, "State" },
	{ "connectivity", TEXT, NULL, "ConnectivityType" },
	{ "public_ip", TEXT, NULL, "NatGatewayAddresses[0].PublicIp" },
	{ "created_at", TIME, NULL, "CreateTime" },
};

#define EC2_ARN "arn:{partition}:ec2:{region}:"
#define GROUP_RULES "[].{IpRanges[],Ipv6Ranges[],PrefixListIds[],UserIdGroupPairs[]}"

static const struct table tables[] = {
	{
		.name = "region",
		.type = "AWS::Account::Region",
		.operation = "DescribeRegions",
		.arn = "arn:{partition}:account:{region}:{account_id}:region",
		COLUMNS(region),
	},
	{
		.name = "ec2_instance",
		.type = "AWS::EC2::Instance",
		.operation = "DescribeInstances",
		.arn = EC2_ARN "{account_id}:instance/{instance_id}",
		COLUMNS(instance),
	},
	{
		.name = "ec2_instance_address",
		.operation = "DescribeInstances",
		.of = "ec2_instance",
		.path = "NetworkInterfaces",
		COLUMNS(address_of_instance),
	},
	{
		.name = "ec2_volume",
		.type = "AWS::EC2::Volume",
		.operation = "DescribeVolumes",
		.arn = EC2_ARN "{account_id}:volume/{volume_id}",
		COLUMNS(volume),
	},
	/* AWS writes ARNs of snapshots and images without an account. */
	{
		.name = "ec2_snapshot",
		.type = "AWS::EC2::Snapshot",
		.operation = "DescribeSnapshots",
		.arn = EC2_ARN ":snapshot/{snapshot_id}",
		COLUMNS(snapshot),
	},
	{
		.name = "ec2_image",
		.type = "AWS::EC2::Image",
		.operation = "DescribeImages",
		.arn = EC2_ARN ":image/{image_id}",
		COLUMNS(image),
	},
	{
		.name = "ec2_security_group",
		.type = "AWS::EC2::SecurityGroup",
		.operation = "DescribeSecurityGroups",
		.arn = EC2_ARN "{owner_id}:security-group/{group_id}",
		COLUMNS(security_group),
	},
	{
		.name = "ec2_security_group_ingress",
		.operation = "DescribeSecurityGroups",
		.of = "ec2_security_group",
		.path = "IpPermissions" GROUP_RULES,
		COLUMNS(group_rule),
	},
	{
		.name = "ec2_security_group_egress",
		.operation = "DescribeSecurityGroups",
		.of = "ec2_security_group",
		.path = "IpPermissionsEgress" GROUP_RULES,
		COLUMNS(group_rule),
	},
	{
		.name = "ec2_prefix_list",
		.type = "AWS::EC2::PrefixList",
		.operation = "DescribeManagedPrefixLists",
		.only = "OwnerId!=AWS",
		COLUMNS(prefix_list),
	},
	{
		.name = "ec2_aws_prefix_list",
		.operation = "DescribeManagedPrefixLists",
		.arn = EC2_ARN "aws:prefix-list/{prefix_list_id}",
		.only = "OwnerId=AWS",
		COLUMNS(aws_prefix_list),
	},
	{
		.name = "ec2_prefix_list_entry",
		.operation = "GetManagedPrefixListEntries",
		.of = "ec2_prefix_list",
		.path = "Entries",
		COLUMNS(prefix_list_entry),
	},
	{
		.name = "ec2_network_acl",
		.type = "AWS::EC2::NetworkAcl",
		.operation = "DescribeNetworkAcls",
		.arn = EC2_ARN "{owner_id}:network-acl/{network_acl_id}",
		COLUMNS(network_acl),
	},
	{
		.name = "ec2_network_acl_entry",
		.operation = "DescribeNetworkAcls",
		.of = "ec2_network_acl",
		.path = "Entries",
		COLUMNS(network_acl_entry),
	},
	{
		.name = "ec2_vpc",
		.type = "AWS::EC2::VPC",
		.operation = "DescribeVpcs",
		.arn = EC2_ARN "{owner_id}:vpc/{vpc_id}",
		COLUMNS(vpc),
	},
	{
		.name = "ec2_subnet",
		.type = "AWS::EC2::Subnet",
		.operation = "DescribeSubnets",
		.arn = EC2_ARN "{owner_id}:subnet/{subnet_id}",
		COLUMNS(subnet),
	},
	{
		.name = "ec2_route_table",
		.type = "AWS::EC2::RouteTable",
		.operation = "DescribeRouteTables",
		.arn = EC2_ARN "{owner_id}:route-table/{route_table_id}",
		COLUMNS(route_table),
	},
	{
		.name = "ec2_route",
		.operation = "DescribeRouteTables",
		.of = "ec2_route_table",
		.path = "Routes",
		COLUMNS(route),
	},
	{
		.name = "ec2_route_table_association",
		.operation = "DescribeRouteTables",
		.of = "ec2_route_table",
		.path = "Associations",
		COLUMNS(route_table_association),
	},
	{
		.name = "ec2_public_access_exclusion",
		.operation = "DescribeVpcBlockPublicAccessExclusions",
		.arn = EC2_ARN "{account_id}:vpc-block-public-access-exclusion/{exclusion_id}",
		COLUMNS(public_access_exclusion),
	},
	{
		.name = "ec2_flow_log",
		.type = "AWS::EC2::FlowLog",
		.operation = "DescribeFlowLogs",
		.arn = EC2_ARN "{account_id}:vpc-flow-log/{flow_log_id}",
		COLUMNS(flow_log),
	},
	{
		.name = "ec2_vpc_endpoint",
		.type = "AWS::EC2::VPCEndpoint",
		.operation = "DescribeVpcEndpoints",
		.arn = EC2_ARN "{account_id}:vpc-endpoint/{endpoint_id}",
		COLUMNS(vpc_endpoint),
	},
	{
		.name = "ec2_network_interface",
		.type = "AWS::EC2::NetworkInterface",
		.operation = "DescribeNetworkInterfaces",
		.arn = EC2_ARN "{account_id}:network-interface/{interface_id}",
		COLUMNS(interface),
	},
	{
		.name = "ec2_address",
		.type = "AWS::EC2::EIP",
		.operation = "DescribeAddresses",
		.arn = EC2_ARN "{account_id}:elastic-ip/{allocation_id}",
		COLUMNS(address),
	},
	{
		.name = "ec2_internet_gateway",
		.type = "AWS::EC2::InternetGateway",
		.operation = "DescribeInternetGateways",
		.arn = EC2_ARN "{owner_id}:internet-gateway/{gateway_id}",
		COLUMNS(internet_gateway),
	},
	{
		.name = "ec2_nat_gateway",
		.type = "AWS::EC2::NatGateway",
		.operation = "DescribeNatGateways",
		.arn = EC2_ARN "{account_id}:natgateway/{gateway_id}",
		COLUMNS(nat_gateway),
	},
};

static const struct arm policies[] = {
	{ "ec2_vpc_endpoint", "type='ec2_vpc_endpoint'", "policy IS NOT NULL" },
};
static const struct arm stores[] = {
	{ "ec2_volume", "type='ec2_volume'", NULL },
	{ "ec2_snapshot", "type='ec2_snapshot'", NULL },
};
static const struct arm protectable[] = {
	{ "ec2_instance", "type='ec2_instance', created_at=launched_at",
	  "state NOT IN ('terminated', 'shutting-down')" },
	{ "ec2_volume", "type='ec2_volume'", NULL },
};

static const struct view views[] = {
	{ "resource_policy", POLICY_COLUMNS, policies, COUNT(policies) },
	{ "data_store", STORE_COLUMNS, stores, COUNT(stores) },
	{ "backup_protectable_resource", PROTECTABLE_COLUMNS, protectable,
	  COUNT(protectable) },
};

const struct scanner scanner_ec2 = { .service = "ec2", OPERATIONS, TABLES, VIEWS };
