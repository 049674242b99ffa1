"""What people get wrong in rule sets, and what they are told: place, dotted key, value, rule, nearest name."""

from __future__ import annotations

from typing import Any

import pytest

from policies import check_rule_set, read_policies
from sim.document import read
from sim.errors import RuleSetError

# what somebody did, what stands in the second line after `  - `, what is said after `rules.yaml:2:`
ONE_MISTAKE = [
    # -- filters -----------------------------------------------------------------------------------
    ("misspelt a filter", "filters: [is_upp]",
     "15: rules.0.filters.0: value 'is_upp': is not a filter; `orderlab list parts` shows them; did you mean 'is_up'?"),
    ("misspelt a filter with parameters", "filters: [{has_stok: all}]",
     "16: rules.0.filters.0.has_stok: is not a filter; `orderlab list parts` shows them; did you mean 'has_stock'?"),
    ("took a rank key for a filter", "filters: [is_up, distance_km]",
     "22: rules.0.filters.1: value 'distance_km': is not a filter; `orderlab list parts` shows them"),
    ("put a weight on a filter", "filters: [{within: {km: 5, weight: 2}}]",
     "32: rules.0.filters.0.within.weight: is not a key here; valid are km, transit_days, zone"),
    ("gave a filter a value that takes none", "filters: [{handles_items: 3}]",
     "31: rules.0.filters.0.handles_items: value '3': takes no value: write handles_items alone"),
    ("wrote a colon too many", "filters: [{handles_items: }]",
     "31: rules.0.filters.0.handles_items: takes no value: write handles_items alone"),
    ("gave a parameter to a filter that has none", "filters: [{is_up: {within_days: 4}}]",
     "24: rules.0.filters.0.is_up.within_days: is not a key here; did you mean 'within_hours'?"),
    ("put two filters into one element", "filters: [is_up, {has_stock: all, within: {km: 3}}]",
     "39: rules.0.filters.1.within: must be an element of its own: each is a filter"),
    ("wrote one filter without brackets", "filters: is_up", "14: rules.0.filters: value 'is_up': must be a list"),
    ("put a list into the list", "filters: [[is_up]]", "15: rules.0.filters.0: must be a filter; `orderlab list parts` shows them"),
    ("asked for some stock", "filters: [{has_stock: some}]",
     "27: rules.0.filters.0.has_stock: value 'some': must be all, any or units"),
    ("measured within nothing", "filters: [within]",
     "15: rules.0.filters.0: value 'within': must have exactly one of km, transit_days and zone"),
    ("measured within a number without a unit", "filters: [{within: 500}]",
     "24: rules.0.filters.0.within: value '500': must be a mapping: {km: …, transit_days: …, zone: …}"),
    ("measured twice", "filters: [{within: {km: 500, zone: 2}}]",
     "16: rules.0.filters.0.within: must have exactly one of km, transit_days and zone"),
    ("measured backwards", "filters: [{within: {km: -500}}]",
     "29: rules.0.filters.0.within.km: value '-500': must be at least 0"),
    ("used another unit", "filters: [{within: {miles: 500}}]",
     "25: rules.0.filters.0.within.miles: is not a key here; valid are km, transit_days, zone"),
    ("counted zones from 0", "filters: [{within: {zone: 0}}]",
     "31: rules.0.filters.0.within.zone: value '0': must be at least 1"),
    ("limited units without a number", "filters: [{below_limit: {of: units}}]",
     "16: rules.0.filters.0.below_limit.n: without n the limit is the warehouse's order_limit_per_day: of orders, "
     "per day"),
    ("misspelt a window", "filters: [{below_limit: {n: 3, per: dya}}]",
     "41: rules.0.filters.0.below_limit.per: value 'dya': must be hour, day, week or month; did you mean 'day'?"),
    ("limited what cannot be counted", "filters: [{below_limit: {n: 3, of: parcels}}]",
     "40: rules.0.filters.0.below_limit.of: value 'parcels': must be orders, lines, units, value or weight_kg"),
    ("was not sure", "filters: [{below_limit: {n: 3, strict: maybe}}]",
     "44: rules.0.filters.0.below_limit.strict: value 'maybe': must be true or false"),
    ("let goods be too old before they are", "filters: [{shelf_life_left: -1}]",
     "33: rules.0.filters.0.shelf_life_left: value '-1': must be at least 0"),
    ("asked for life without saying how much", "filters: [shelf_life_left]",
     "15: rules.0.filters.0: value 'shelf_life_left': needs a value: {shelf_life_left: …}"),
    ("kept back for nobody", "filters: [{keep_back: {units: 3}}]",
     "16: rules.0.filters.0.keep_back.for: is missing, and has no default"),
    ("kept back for an empty list", "filters: [{keep_back: {units: 3, for: []}}]",
     "38: rules.0.filters.0.keep_back.for: must hold at least 1"),
    ("kept back for whom nobody knows", "filters: [{keep_back: {units: 3, for: [standart]}}]",
     "44: rules.0.filters.0.keep_back.for.0: value 'standart': there is no such segment; did you mean 'standard'?"),
    ("kept nothing back", "filters: [{keep_back: {units: 0, for: [standard]}}]",
     "35: rules.0.filters.0.keep_back.units: value '0': must be at least 1"),
    ("gave a value to safety stock", "filters: [{ignore_safety_stock: true}]",
     "37: rules.0.filters.0.ignore_safety_stock: value 'true': takes no value: write ignore_safety_stock alone"),
    ("limited the hour without a number", "filters: [{below_limit: {per: hour}}]",
     "16: rules.0.filters.0.below_limit.n: without n the limit is the warehouse's order_limit_per_day: of orders, "
     "per day"),
    ("rolled a limit of the site", "filters: [{below_limit: {rolling: true}}]",
     "16: rules.0.filters.0.below_limit.n: without n the limit is the warehouse's order_limit_per_day: of orders, "
     "per day"),
    ("allowed a backlog of nothing said", "filters: [below_backlog]",
     "15: rules.0.filters.0: value 'below_backlog': needs a value: {below_backlog: …}"),
    ("allowed a backlog in hours", "filters: [{below_backlog: {days: 1, hours: 5}}]",
     "41: rules.0.filters.0.below_backlog.hours: is not a key here; valid are effect, days"),
    ("allowed a backlog below nothing", "filters: [{below_backlog: {days: -1}}]",
     "38: rules.0.filters.0.below_backlog.days: value '-1': must be at least 0"),
    ("misspelt an effect", "filters: [{below_backlog: {days: 1, effect: lats}}]",
     "49: rules.0.filters.0.below_backlog.effect: value 'lats': must be block or last; did you mean 'last'?"),
    ("looked ahead in days", "filters: [{no_downtime_within: {hours: 1, days: 1}}]",
     "47: rules.0.filters.0.no_downtime_within.days: is not a key here; valid are hours"),
    ("misspelt the id of a filter", "filters: [{site: [near, fra]}]",
     "29: rules.0.filters.0.site.1: value 'fra': there is no such warehouse; did you mean 'far'?"),
    ("misspelt the group of a filter", "filters: [{in_group: {any_of: [twon]}}]",
     "36: rules.0.filters.0.in_group.any_of.0: value 'twon': there is no such group; did you mean 'town'?"),
    ("misspelt the kind of a filter", "filters: [{kind: [stor]}]",
     "23: rules.0.filters.0.kind.0: value 'stor': must be fulfilment_centre, store, third_party or drop_ship; "
     "did you mean 'store'?"),
    ("took one kind for a list", "filters: [{kind: store}]",
     "22: rules.0.filters.0.kind: value 'store': must be a list"),
    ("named no kind", "filters: [{kind: []}]", "16: rules.0.filters.0.kind.any_of: must hold at least 1"),
    ("named no site", "filters: [{site: []}]", "16: rules.0.filters.0.site.any_of: must hold at least 1"),
    ("compared zones that there are not", "filters: [same_zone]",
     "15: rules.0.filters.0: value 'same_zone': compares zones, and no warehouse is in the zone of any region"),
    ("gave a zone to compare with", "filters: [{same_zone: east}]",
     "27: rules.0.filters.0.same_zone: value 'east': takes no value: write same_zone alone"),
    ("put a weight on a filter", "filters: [{handles_items: {weight: 2}}]",
     "32: rules.0.filters.0.handles_items.weight: is not a key here; there are none"),
    ("asked for money where there is none", "filters: [{below_limit: {n: 3, effect: {penalty: 1}}}]",
     "36: rules.0.filters.0.below_limit.effect: needs a rank by cost, which it adds to; without one: last"),
    ("limited the same twice", "filters: [{below_limit: {n: 3}}, is_up, {below_limit: {n: 5}}]",
     "46: rules.0.filters.2.below_limit: limits what filter 1 of the rule limits already"),
    ("made a limit soft that excludes nothing", "filters: [{soft: {below_limit: {n: 3, effect: last}}}]",
     "16: rules.0.filters.0.soft: cannot be soft: with its effect below_limit excludes nothing"),
    ("made soft what is no filter", "filters: [{soft: distance_km}]",
     "22: rules.0.filters.0.soft: value 'distance_km': is not a filter; `orderlab list parts` shows them"),
    ("made soft what is soft", "filters: [{soft: {soft: is_up}}]",
     "16: rules.0.filters.0.soft.filter: is a filter, but cannot stand here"),
    # -- when --------------------------------------------------------------------------------------
    ("said nothing of when", "when: {}",
     "5: rules.0.when: must hold at least one of order, line, any_line, all_lines, region, active; without `when` a "
     "rule takes all"),
    ("misspelt a term", "when: {ordr: {segment: standard}}",
     "12: rules.0.when.ordr: is not a key here; did you mean 'order'?"),
    ("asked for an order that cannot be", "when: {order: {value_at_least: 50, value_below: 50}}",
     "53: rules.0.when.order.value_below: value '50': can never hold: value_at_least is 50, so must be above that"),
    ("named a segment that there is not", "when: {order: {segment: [standard, expres]}}",
     "40: rules.0.when.order.segment.1: value 'expres': there is no such segment"),
    ("named one segment that there is not", "when: {order: {segment: standrd}}",
     "29: rules.0.when.order.segment: value 'standrd': there is no such segment; did you mean 'standard'?"),
    ("named an item that there is not", "when: {any_line: {item: mgu}}",
     "29: rules.0.when.any_line.item: value 'mgu': there is no such item; did you mean 'mug'?"),
    ("named a region that there is not", "when: {region: [her]}",
     "21: rules.0.when.region.0: value 'her': there is no such region; did you mean 'here'?"),
    ("let a rule end before it begins", "when: {active: {begins: 2026-02-01, ends: 2026-01-01}}",
     "47: rules.0.when.active.ends: value '2026-01-01': must come after begins"),
    ("wrote a time of day for a moment", 'when: {active: {begins: "17:00"}}',
     "29: rules.0.when.active.begins: value '17:00': must be a date and time such as 2026-01-05T08:00"),
    ("asked for a weight in grams", "when: {any_line: {weight_g_at_least: 500}}",
     "23: rules.0.when.any_line.weight_g_at_least: is not a key here; did you mean 'weight_kg_at_least'?"),
    ("said nothing of the order", "when: {order: {}}",
     "12: rules.0.when.order: must hold at least one of segment, tags, lines_at_least, units_at_least, value_at_least, "
     "value_below, weight_kg_at_least, waiting_hours_at_least"),
    ("said nothing of a line", "when: {any_line: {}}",
     "12: rules.0.when.any_line: must hold at least one of item, category, handling, price_at_least, "
     "weight_kg_at_least, volume_l_at_least"),
    ("was never in force, or always", "when: {active: {delay_minutes: 5}}",
     "12: rules.0.when.active: must hold at least one of begins, ends"),
    # -- ranks -------------------------------------------------------------------------------------
    ("turned a scale round", "rank: {penalty: {distance_km: {weight: 1, low: 5, high: 5}}}",
     "61: rules.0.rank.penalty.distance_km.high: value '5': must be above low, which is 5"),
    ("gave no weight to a penalty", "rank: {penalty: {distance_km: {low: 5}}}",
     "22: rules.0.rank.penalty.distance_km: must have a weight"),
    ("wrote a band in a penalty", "rank: {penalty: {distance_km: {weight: 1, band: 5}}}",
     "53: rules.0.rank.penalty.distance_km.band: value '5': belongs to a rank by keys; a penalty has weights and bounds"),
    ("wrote bounds in `by`", "rank: {by: [{distance_km: {low: 5}}]}",
     "37: rules.0.rank.by.0.distance_km.low: value '5': belongs to a rank by penalty; keys in `by` have bands"),
    ("misspelt a rank key", "rank: {by: [distnce_km]}",
     "17: rules.0.rank.by.0: value 'distnce_km': is not a rank key; `orderlab list parts` shows them; did you mean 'distance_km'?"),
    ("misspelt a rank key of a cost", "rank: {cost: {landed_cots: 1}}",
     "19: rules.0.rank.cost.landed_cots: is not a rank key; `orderlab list parts` shows them; did you mean 'landed_cost'?"),
    ("ranked by nothing", "rank: {by: []}", "12: rules.0.rank.by: must name at least one key"),
    ("ranked by a cost of nothing", "rank: {cost: {}}",
     "12: rules.0.rank.cost: must be a mapping from rank keys to weights"),
    ("listed what a cost adds up", "rank: {cost: [landed_cost]}",
     "12: rules.0.rank.cost: must be a mapping from rank keys to weights"),
    ("wrote one key without brackets", "rank: {by: distance_km}",
     "16: rules.0.rank.by: value 'distance_km': must be a list"),
    ("wrote a weight in `by`", "rank: {by: [{landed_cost: {weight: 2}}]}",
     "40: rules.0.rank.by.0.landed_cost.weight: value '2': belongs to a rank by cost or by penalty; keys in `by` have bands"),
    ("wrote a band in `cost`", "rank: {cost: {backlog: 1, landed_cost: {weight: 1, band: 2}}}",
     "62: rules.0.rank.cost.landed_cost.band: value '2': belongs to a rank by keys; a cost has weights"),
    ("turned a cost round", "rank: {cost: {landed_cost: {weight: 1, descending: true}}}",
     "56: rules.0.rank.cost.landed_cost.descending: value 'true': belongs to a rank by keys or by penalty; a cost has weights"),
    ("forgot a weight", "rank: {cost: {landed_cost: {}}}", "19: rules.0.rank.cost.landed_cost: must have a weight"),
    ("left a weight empty", "rank: {cost: {landed_cost: }}",
     "32: rules.0.rank.cost.landed_cost: has no value: write a weight"),
    ("wrote a word for a weight", "rank: {cost: {landed_cost: high}}",
     "32: rules.0.rank.cost.landed_cost: value 'high': must be a number"),
    ("wrote a negative band", "rank: {by: [{landed_cost: {band: -1}}]}",
     "38: rules.0.rank.by.0.landed_cost.band: value '-1': must be at least 0"),
    ("ranked both ways", "rank: {by: [site_id], cost: {landed_cost: 1}}",
     "27: rules.0.rank.cost: is not a key here; valid are by"),
    ("ranked by a word", "rank: distance_km",
     "11: rules.0.rank: value 'distance_km': must be a rank: {by: …}, {cost: …}, {penalty: …}"),
    ("ranked in a way that there is not", "rank: {best: [distance_km]}",
     "12: rules.0.rank.best: is not a rank; valid are {by: …}, {cost: …}, {penalty: …}"),
    ("left room within a limit of no size", "rank: {by: [{remaining_limit: {of: units}}]}",
     "18: rules.0.rank.by.0.remaining_limit.n: without n the limit is the warehouse's order_limit_per_day: of orders, "
     "per day"),
    ("weighed emissions in grams", "rank: {cost: {co2e_g: 1}}",
     "19: rules.0.rank.cost.co2e_g: is not a rank key; `orderlab list parts` shows them; did you mean 'co2e_kg'?"),
    # -- sites and services, with the scenario at hand ---------------------------------------------
    ("misspelt a service", "service: [parcle]",
     "15: rules.0.service.0: value 'parcle': there is no such service; did you mean 'parcel'?"),
    ("misspelt a word for services", "service: cheepest",
     "14: rules.0.service: value 'cheepest': must be 'cheapest_in_time' or 'cheapest' or 'fastest' or a list of "
     "service ids; did you mean 'cheapest'?"),
    ("listed no service", "service: []", "5: rules.0.service: must hold at least 1"),
    ("misspelt a warehouse", "sites: [near, fra]",
     "19: rules.0.sites.1: value 'fra': there is no such warehouse; did you mean 'far'?"),
    ("named a warehouse twice", "sites: [near, near]", "5: rules.0.sites: must not name 'near' twice"),
    ("named a warehouse without brackets", "sites: near",
     "12: rules.0.sites: value 'near': must be 'all' or a list of warehouse ids"),
    ("listed no warehouse", "sites: []", "5: rules.0.sites: must hold at least 1"),
    ("misspelt a kind", "sites: {kind: stor}",
     "19: rules.0.sites.kind: value 'stor': must be fulfilment_centre, store, third_party or drop_ship; did you mean "
     "'store'?"),
    ("misspelt a group", "sites: {group: twon}",
     "20: rules.0.sites.group: value 'twon': there is no such group; did you mean 'town'?"),
    ("chose warehouses in a way that there is not", "sites: {kin: store}",
     "13: rules.0.sites.kin: is not a choice of warehouses; did you mean 'kind'?"),
    # -- splits ------------------------------------------------------------------------------------
    ("allowed no shipment", "split: {max_shipments: 0}",
     "28: rules.0.split.max_shipments: value '0': must be at least 1"),
    ("allowed a shipment and a half", "split: {max_shipments: 1.5}",
     "28: rules.0.split.max_shipments: value '1.5': must be a whole number"),
    ("misspelt a split", "split: {max_shipment: 2}",
     "13: rules.0.split.max_shipment: is not a key here; did you mean 'max_shipments'?"),
    ("split by a number", "split: 2",
     "12: rules.0.split: value '2': must be a mapping: {max_shipments: …, max_sites_per_line: …, min_part_value: …, "
     "penalty_per_shipment: …, only_if: …, min_order_value: …}"),
    ("divided a line among no warehouses", "split: {max_sites_per_line: 0}",
     "33: rules.0.split.max_sites_per_line: value '0': must be at least 1"),
    ("set a floor below nothing", "split: {min_part_value: -1}",
     "29: rules.0.split.min_part_value: value '-1': must be at least 0"),
    ("priced a shipment in a rank without money", "split: {penalty_per_shipment: 3}",
     "35: rules.0.split.penalty_per_shipment: value '3': needs a rank by cost, which it adds to"),
    ("priced a shipment in a rank by keys", "{rank: {by: [landed_cost]}, split: {penalty_per_shipment: 3}}",
     "63: rules.0.split.penalty_per_shipment: value '3': needs a rank by cost, which it adds to"),
    ("asked nothing of a split", "split: {only_if: {}}",
     "13: rules.0.split.only_if: must have saves_days, costs_at_most or both"),
    ("misspelt what a split saves", "split: {only_if: {saves_day: 1}}",
     "23: rules.0.split.only_if.saves_day: is not a key here; did you mean 'saves_days'?"),
    ("saved a number without a unit", "split: {only_if: 2}",
     "22: rules.0.split.only_if: value '2': must be a mapping: {saves_days: …, costs_at_most: …}"),
    ("misspelt an item", "split: {never_with_items: [mugg]}",
     "32: rules.0.split.never_with_items.0: value 'mugg': there is no such item; did you mean 'mug'?"),
    ("misspelt company", "split: {keep_together: [[mug, tee]]}",
     "35: rules.0.split.keep_together.0.1: value 'tee': there is no such item; did you mean 'tea'?"),
    ("kept one item together", "split: {keep_together: [[mug]]}",
     "29: rules.0.split.keep_together.0: must hold at least 2"),
    ("kept items together without a group", "split: {keep_together: [mug]}",
     "29: rules.0.split.keep_together.0: value 'mug': must be a list of item ids"),
    # -- actions -----------------------------------------------------------------------------------
    ("misspelt an action", "otherwise: wiat",
     "16: rules.0.otherwise: value 'wiat': is not an action that can stand here; valid are backorder, cancel, care, next, wait; did you mean 'wait'?"),
    ("misspelt the hours of an action", "otherwise: {backorder: {give_up_after_days: 3}}",
     "29: rules.0.otherwise.backorder.give_up_after_days: is not a key here; did you mean 'give_up_after_hours'?"),
    ("waited for no time", "otherwise: {wait: {up_to_hours: 0}}",
     "37: rules.0.otherwise.wait.up_to_hours: value '0': must be greater than 0"),
    ("waited and then waited", "otherwise: {wait: {up_to_hours: 4, then: wait}}",
     "46: rules.0.otherwise.wait.then: value 'wait': is an action, but cannot stand here: next, backorder, cancel, "
     "care can"),
    ("assigned what cannot be shipped", "otherwise: {assign: next}",
     "17: rules.0.otherwise.assign: is an action, but cannot stand here: backorder, cancel, care, next, wait can"),
    ("assigned, and left the rest alone", "on_partial: assign",
     "17: rules.0.on_partial: value 'assign': needs a value: {assign: …}"),
    ("assigned units, and left the rest alone", "on_partial: assign_units",
     "17: rules.0.on_partial: value 'assign_units': needs a value: {assign_units: …}"),
    ("assigned units where none are", "otherwise: {assign_units: next}",
     "17: rules.0.otherwise.assign_units: is an action, but cannot stand here: backorder, cancel, care, next, wait can"),
    ("misspelt what becomes of the rest", "on_partial: {assign: backordr}",
     "26: rules.0.on_partial.assign: value 'backordr': is not an action that can stand here; valid are backorder, cancel, care, next, wait; did you mean "
     "'backorder'?"),
    ("gave the rest up in the past", "on_partial: {assign: {backorder: -1}}",
     "38: rules.0.on_partial.assign.backorder: value '-1': must be greater than 0"),
    ("said two things of the rest", "on_partial: {assign: next, wait: {}}",
     "32: rules.0.on_partial.wait: must be an element of its own: each is an action"),
    # -- rules -------------------------------------------------------------------------------------
    ("misspelt a key of a rule", "filers: [is_up]", "5: rules.0.filers: is not a key here; did you mean 'filters'?"),
    ("wrote a filter where a rule belongs", "is_up",
     "5: rules.0: value 'is_up': must be a mapping: {name: …, when: …, sites: …, filters: …, rank: …, service: …}"),
]  # fmt: skip

# what somebody did, the whole file, what is said
WHOLE_FILES = [
    ("wrote a rule that is never reached", """\
rules:
  - {name: all from near, on_partial: {assign: backorder}, otherwise: {wait: {up_to_hours: 5, then: cancel}}}
  - {name: the rest}
""", ["rules.yaml:3:5: rules.the rest: is never reached: rule 'all from near' takes all that it applies to, and hands nothing on; "
      "let that one end with otherwise: next, or change their order"]),
    ("wrote two rules for the same", """\
rules:
  - {when: {order: {segment: standard}}, on_partial: cancel, otherwise: backorder}
  - {otherwise: next}
  - {when: {order: {segment: [standard]}}}
""", ["rules.yaml:4:5: rules.2: is never reached: rule 1 takes"]),
    ("wrote a rule for what waits without end",
     "rules:\n  - {on_partial: wait, otherwise: wait}\n  - {}\n", ["rules.yaml:3:5: rules.1: is never reached: rule 1 takes"]),
    ("wrote a rule for full orders that are shipped after a wait",
     "rules:\n  - {on_full: {wait: {up_to_hours: 2}}, on_partial: cancel, otherwise: cancel}\n  - {}\n",
     ["rules.yaml:3:5: rules.1: is never reached: rule 1 takes"]),
    ("misspelt how rules match", "match: every\nrules:\n  - {}\n",
     ["rules.yaml:1:8: match: value 'every': must be first or all"]),
    ("wrote no rules", "name: mine\nrules: []\n", ["rules.yaml:2:1: rules: must hold at least one rule"]),
    ("forgot the rules", "name: mine\n", ["rules.yaml:1:1: rules: is missing, and has no default"]),
    ("wrote a mapping of rules", "rules:\n  first: {}\n", ["rules.yaml:1:1: rules: must be a list"]),
    ("misspelt `rules`", "ruls:\n  - {}\n",
     ["rules.yaml:1:1: rules: is missing, and has no default",
      "rules.yaml:1:1: ruls: is not a key here; did you mean 'rules'?"]),
    ("wrote rules twice", "rules: [{}]\nrules: [{}]\n",
     ["rules.yaml:2:1: rules: is given twice: the first is in line 1"]),
    ("tried at no time", "rules: [{}]\nattempts: {every_minutes: 0}\n",
     ["rules.yaml:2:27: attempts.every_minutes: value '0': must be greater than 0"]),
    ("tried never", "rules: [{}]\nattempts: {at_most: 0}\n",
     ["rules.yaml:2:21: attempts.at_most: value '0': must be at least 1"]),
    ("tried after what never comes", "rules: [{}]\nattempts: {after: [receipt, recipt]}\n",
     ["rules.yaml:2:29: attempts.after.1: value 'recipt': must be receipt or site_up; did you mean 'receipt'?"]),
    ("gave up into the next rule", "rules: [{}]\nattempts: {then: next}\n",
     ["rules.yaml:2:18: attempts.then: value 'next': must be cancel or wait"]),
    ("decided at another time", "rules: [{}]\ndecide: on_oder\n",
     ["rules.yaml:2:9: decide: value 'on_oder': must be on_order; did you mean 'on_order'?"]),
    ("decided by a number", "rules: [{}]\ndecide: {minutes: 30}\n",
     ["rules.yaml:2:1: decide.every_minutes: is missing, and has no default",
      "rules.yaml:2:10: decide.minutes: is not a key here; did you mean 'every_minutes'?"]),
    ("sorted batches that there are not", "rules: [{}]\ndecide: {sort: [value]}\n",
     ["rules.yaml:2:1: decide.every_minutes: is missing, and has no default"]),
    ("decided without a pause", "rules: [{}]\ndecide: {every_minutes: 0}\n",
     ["rules.yaml:2:25: decide.every_minutes: value '0': must be greater than 0"]),
    ("sorted by what no order has", "rules: [{}]\ndecide: {every_minutes: 5, sort: [promised]}\n",
     ["rules.yaml:2:35: decide.sort.0: value 'promised': must be promised_at, placed_at, priority or value; did you "
      "mean 'promised_at'?"]),
    ("sorted twice by the same", "rules: [{}]\ndecide: {every_minutes: 5, sort: [value, priority, value]}\n",
     ["rules.yaml:2:52: decide.sort.2: value 'value': is named before"]),
    ("wrote a list of times", "rules: [{}]\ndecide: [on_order]\n",
     ["rules.yaml:2:1: decide: must be a time of decision: a single value, {every_minutes: …}"]),
    ("moved after what never comes", "rules: [{}]\nreallocate: {after: [site_dwn]}\n",
     ["rules.yaml:2:22: reallocate.after.0: value 'site_dwn': must be site_down, receipt or timer; did you mean "
      "'site_down'?"]),
    ("moved after nothing", "rules: [{}]\nreallocate: {after: []}\n",
     ["rules.yaml:2:14: reallocate.after: must name at least one of site_down, receipt and timer"]),
    ("moved on a timer that was not set", "rules: [{}]\nreallocate: {after: [timer]}\n",
     ["rules.yaml:2:14: reallocate.after: names a timer, which needs every_minutes"]),
    ("set a timer for nothing", "rules: [{}]\nreallocate: {every_minutes: 5}\n",
     ["rules.yaml:2:29: reallocate.every_minutes: value '5': is for a timer, which `after` does not name"]),
    ("waited for nothing", "rules: [{}]\nreallocate: {after: [receipt], wait_minutes: 5}\n",
     ["rules.yaml:2:46: reallocate.wait_minutes: value '5': is for site_down, which `after` does not name"]),
    ("moved for less than nothing", "rules: [{}]\nreallocate: {cost: -1}\n",
     ["rules.yaml:2:20: reallocate.cost: value '-1': must be at least 0"]),
    ("misspelt the moves of an order", "rules: [{}]\nreallocate: {at_mots: 1}\n",
     ["rules.yaml:2:14: reallocate.at_mots: is not a key here; did you mean 'at_most'?"]),
    ("wrote a tab", "rules:\n\t- {}\n",
     ["rules.yaml:2:1: is not YAML: a line must be indented with spaces, not with tabs"]),
    ("left a bracket open", "rules:\n  - {filters: [is_up}\n",
     ["rules.yaml:2:21: is not YAML: did not find expected ',' or ']'"]),
    ("wrote a list", "- {}\n", ["rules.yaml:1:1: must be a mapping of keys to values"]),
    ("wrote nothing", "\n\n", ["rules.yaml:1:1: is empty: it must be a mapping of keys to values"]),
    ("made several mistakes",
     "rules:\n  - name: a\n    filters: [is_up, {within: {km: x}}]\n    split: {max_shipments: 0}\n  - service: [x]\n"
     "attempts: {at_most: 1.5}\n",
     ["rules.yaml:3:36: rules.a.filters.1.within.km: value 'x': must be a number",
      "rules.yaml:4:28: rules.a.split.max_shipments: value '0': must be at least 1",
      "rules.yaml:5:15: rules.1.service.0: value 'x': there is no such service",
      "rules.yaml:6:21: attempts.at_most: value '1.5': must be a whole number"]),
]  # fmt: skip


@pytest.fixture
def told(stage: Any, counter: Any) -> Any:
    """Return the function from the text of a wrong rule set to what is said of it."""
    sites = {"near": "at: [0, 1], groups: [town]", "far": "at: [0, 3]"}
    scenario = counter.scenario("A 05T10:00 mug", sites=sites)

    def told(text: str) -> list[str]:
        path = stage.write("rules.yaml", text)
        with pytest.raises(RuleSetError) as caught:
            read_policies([str(path)], scenario)
        return str(caught.value).replace(f"{stage.folder}/", "").splitlines()

    return told


@pytest.mark.parametrize(("_did", "line", "says"), ONE_MISTAKE, ids=[row[0] for row in ONE_MISTAKE])
def test_one_mistake(told: Any, _did: str, line: str, says: str) -> None:
    assert told(f"rules:\n  - {line}\n") == [f"rules.yaml:2:{says}"]


@pytest.mark.parametrize(("_did", "text", "says"), WHOLE_FILES, ids=[row[0] for row in WHOLE_FILES])
def test_a_whole_file(told: Any, _did: str, text: str, says: list[str]) -> None:
    found = told(text)
    assert len(found) == len(says)
    for one, wanted in zip(found, says, strict=True):
        assert one.startswith(wanted)


@pytest.mark.parametrize(
    "first",
    [
        "{on_full: next, on_partial: cancel, otherwise: cancel}",
        "{on_partial: cancel, otherwise: next}",
        "{on_partial: {assign: next}, otherwise: cancel}",
        "{on_partial: {assign_units: {care: 1}}, otherwise: cancel}",
        "{on_partial: {wait: {up_to_hours: 1}}, otherwise: cancel}",
        "{on_partial: cancel, otherwise: {wait: {up_to_hours: 1, then: {care: 1}}}}",
        "{on_partial: cancel, otherwise: {care: 1}}",
        "{when: {region: [here]}, on_partial: cancel, otherwise: cancel}",
    ],
)
def test_a_rule_is_not_refused_where_one_before_it_may_leave_it_something(stage: Any, first: str) -> None:
    path = stage.write("rules.yaml", f"rules:\n  - {first}\n  - {{}}\n")
    assert len(check_rule_set(read(path, RuleSetError)).rules) == 2


def test_rules_that_decide_together_are_all_reached(stage: Any) -> None:
    path = stage.write(
        "rules.yaml", "match: all\nrules:\n  - {on_partial: cancel, otherwise: cancel}\n  - {}\n"
    )
    assert len(check_rule_set(read(path, RuleSetError)).rules) == 2


def test_without_a_scenario_references_are_not_checked(stage: Any) -> None:
    path = stage.write(
        "rules.yaml", "rules:\n  - {sites: [anywhere], service: [any]}\n  - {sites: {group: any}}\n"
    )
    assert len(check_rule_set(read(path, RuleSetError)).rules) == 2
