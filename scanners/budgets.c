/* AWS Budgets: limits on cost, and who hears before one is passed. */

#include "scanners/scanners.h"

static const struct operation operations[] = {
	{
		.name = "DescribeBudgets",
		.action = "budgets:ViewBudget",
		.bind = "AccountId=$account",
		.items = "Budgets",
	},
	{
		.name = "DescribeNotificationsForBudget",
		.action = "budgets:ViewBudget",
		.parent = "DescribeBudgets",
		.bind = "AccountId=$account BudgetName=BudgetName",
		.items = "Notifications",
		.absent = "NotFoundException",
	},
	{
		.name = "DescribeSubscribersForNotification",
		.action = "budgets:ViewBudget",
		.parent = "DescribeNotificationsForBudget",
		.bind = "AccountId=$account BudgetName=$request.BudgetName Notification=.",
		.items = "Subscribers",
		.absent = "NotFoundException",
	},
};

static const struct column budget[] = {
	{ "name", TEXT, NULL, "BudgetName" },
	{ "budget_type", TEXT, NULL, "BudgetType" },
	{ "time_unit", TEXT, NULL, "TimeUnit" },
	{ "limit_amount", REAL, NULL, "BudgetLimit.Amount" },
	{ "limit_unit", TEXT, NULL, "BudgetLimit.Unit" },
	{ "planned_limits", JSON, NULL, "PlannedBudgetLimits" },
	{ "cost_filters", JSON, NULL, "CostFilters" },
	{ "filter_expression", JSON, NULL, "FilterExpression" },
	{ "auto_adjust", TEXT, NULL, "AutoAdjustData.AutoAdjustType" },
	{ "actual_amount", REAL, NULL, "CalculatedSpend.ActualSpend.Amount" },
	{ "forecast_amount", REAL, NULL, "CalculatedSpend.ForecastedSpend.Amount" },
	{ "starts_at", TIME, NULL, "TimePeriod.Start :epoch" },
	{ "ends_at", TIME, NULL, "TimePeriod.End :epoch" },
};

static const struct column notification[] = {
	{ "type", TEXT, NULL, "NotificationType" },
	{ "comparison", TEXT, NULL, "ComparisonOperator" },
	{ "threshold", REAL, NULL, "Threshold" },
	{ "threshold_type", TEXT, NULL, "ThresholdType" },
	{ "state", TEXT, NULL, "NotificationState" },
};

static const struct column subscriber[] = {
	{ "type", TEXT, NULL, "SubscriptionType" },
	{ "address", TEXT, NULL, "Address" },
	{ "notification_type", TEXT, NULL, "$request.Notification.NotificationType" },
	{ "comparison", TEXT, NULL, "$request.Notification.ComparisonOperator" },
	{ "threshold", REAL, NULL, "$request.Notification.Threshold" },
	{ "threshold_type", TEXT, NULL, "$request.Notification.ThresholdType" },
};

static const struct table tables[] = {
	{
		.name = "budgets_budget",
		.type = "AWS::Budgets::Budget",
		.operation = "DescribeBudgets",
		.arn = "arn:{partition}:budgets::{account_id}:budget/{name}",
		COLUMNS(budget),
	},
	{
		.name = "budgets_notification",
		.operation = "DescribeNotificationsForBudget",
		.of = "budgets_budget",
		.path = "Notifications",
		COLUMNS(notification),
	},
	{
		.name = "budgets_subscriber",
		.operation = "DescribeSubscribersForNotification",
		.of = "budgets_budget",
		.path = "Subscribers",
		COLUMNS(subscriber),
	},
};

const struct scanner scanner_budgets = {
	.service = "budgets",
	.scope = GLOBAL,
	OPERATIONS,
	TABLES,
};
