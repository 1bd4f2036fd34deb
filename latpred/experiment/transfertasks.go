package experiment

import "strings"

// transferTask is one of NASFLAT's tasks: devices of which much is known, and devices of which
// 20 measurements are.
type transferTask struct {
	name, space      string
	sources, targets []string
	// The published mean rank correlations over the targets.
	nasflat, help, multiPredict float64
}

// transferTasks are the tasks whose devices HELP measured. Sources, targets: NASFLAT's code,
// correlation_trainer/device_task_list.py; values: Akhauri and Abdelfattah, On Latency
// Predictors for Neural Architecture Search, MLSys 2024, the table of mean rank correlations
// (in its code results_geomean.py). Its tasks N1 to N4 and NA need devices that HELP does not
// have.
var transferTasks = []transferTask{
	{"FD", "fbnet-cifar100", strings.Fields("1080ti_1 1080ti_32 1080ti_64 silver_4114 silver_4210r samsung_a50 pixel3 essential_ph_1 samsung_s7"),
		strings.Fields("fpga raspi4 eyeriss"), .961, .910, .960},
	{"FA", "fbnet-cifar100", strings.Fields("1080ti_1 1080ti_32 1080ti_64 2080ti_1 2080ti_32 2080ti_64 titan_rtx_1 titan_rtx_32 titan_rtx_64 titanx_1 titanx_32 titanx_64 titanxp_1 titanxp_32 titanxp_64"),
		strings.Fields("gold_6226 essential_ph_1 samsung_s7 pixel2"), .577, .370, .450},
	{"F1", "fbnet-cifar100", strings.Fields("2080ti_1 essential_ph_1 silver_4114 titan_rtx_1 titan_rtx_32"),
		strings.Fields("eyeriss fpga raspi4 samsung_a50 samsung_s7"), .809, .793, .756},
	{"F2", "fbnet-cifar100", strings.Fields("essential_ph_1 gold_6226 gold_6240 pixel3 raspi4"),
		strings.Fields("1080ti_1 1080ti_32 2080ti_32 titan_rtx_1 titanxp_1"), .871, .543, .567},
	{"F3", "fbnet-cifar100", strings.Fields("essential_ph_1 pixel2 pixel3 raspi4 samsung_s7"),
		strings.Fields("1080ti_1 1080ti_32 2080ti_1 titan_rtx_1 titan_rtx_32"), .814, .413, .434},
	{"F4", "fbnet-cifar100", strings.Fields("1080ti_64 2080ti_1 eyeriss gold_6226 gold_6240 raspi4 samsung_s7 silver_4210r titan_rtx_1 titan_rtx_32"),
		strings.Fields("1080ti_1 pixel2 essential_ph_1"), .734, .799, .763},
	{"ND", "nasbench201", strings.Fields("1080ti_1 1080ti_32 1080ti_256 silver_4114 silver_4210r samsung_a50 pixel3 essential_ph_1 samsung_s7"),
		strings.Fields("titan_rtx_256 gold_6226 fpga pixel2 raspi4 eyeriss"), .959, .948, .930},
}

// present divides devices into those that are there and those that are not.
func present(devices []string, there map[string][]float64) (have, lack []string) {
	for _, d := range devices {
		if there[d] == nil {
			lack = append(lack, d)
		} else {
			have = append(have, d)
		}
	}
	return have, lack
}
