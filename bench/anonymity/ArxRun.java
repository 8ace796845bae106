import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.deidentifier.arx.ARXAnonymizer;
import org.deidentifier.arx.ARXConfiguration;
import org.deidentifier.arx.ARXResult;
import org.deidentifier.arx.AttributeType.Hierarchy;
import org.deidentifier.arx.Data;
import org.deidentifier.arx.DataHandle;
import org.deidentifier.arx.criteria.KAnonymity;
import org.deidentifier.arx.metric.Metric;

/** The same search by ARX. Arguments: rows as CSV, folder of the hierarchies, k, suppression limit. Prints one line of JSON. */
class ArxRun {
  public static void main(String[] args) throws Exception {
    Data data = Data.create(args[0], StandardCharsets.UTF_8, ';');
    DataHandle handle = data.getHandle();
    for (int column = 0; column < handle.getNumColumns(); column++) {
      String name = handle.getAttributeName(column);
      File file = new File(args[1], "adult_hierarchy_" + name + ".csv");
      data.getDefinition().setAttributeType(name, Hierarchy.create(file, StandardCharsets.UTF_8, ';'));
    }
    ARXConfiguration configuration = ARXConfiguration.create();
    configuration.addPrivacyModel(new KAnonymity(Integer.parseInt(args[2])));
    configuration.setSuppressionLimit(Double.parseDouble(args[3]));
    configuration.setQualityModel(Metric.createLossMetric());

    var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long wall = System.nanoTime();
    ARXResult result = new ARXAnonymizer().anonymize(data, configuration);
    long wallMs = (System.nanoTime() - wall) / 1_000_000;
    long cpuMs = (system.getProcessCpuTime() - cpu) / 1_000_000;

    DataHandle output = result.getOutput(false);
    int suppressed = 0;
    for (int row = 0; row < output.getNumRows(); row++) if (output.isOutlier(row)) suppressed++;
    String peak = Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM")).findFirst().orElse("VmHWM: 0 kB").replaceAll("[^0-9]", "");
    System.out.printf("{\"searchMs\":%d,\"cpuMs\":%d,\"peakMb\":%d,\"levels\":%s,\"score\":%s,\"suppressed\":%d}%n", wallMs, cpuMs,
        Long.parseLong(peak) / 1024, Arrays.toString(result.getGlobalOptimum().getTransformation()),
        result.getGlobalOptimum().getLowestScore(), suppressed);
  }
}
