import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.FileReader;
import java.util.Properties;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the kit's tests with the settings of a file and prints a line for each: its outcome and its name. */
class Run {
  public static void main(String[] arguments) throws Exception {
    var settings = new Properties();
    try (var file = new FileReader(arguments[0])) {
      settings.load(file);
    }
    settings.forEach((key, value) -> System.setProperty((String) key, (String) value));
    var request = LauncherDiscoveryRequestBuilder.request()
        .selectors(selectPackage("org.eclipse.dataspacetck.dsp.verification"))
        .filters(includeClassNamePatterns(".*Test"))
        .build();
    LauncherFactory.create().execute(request, new Lines());
    System.exit(0);
  }

  static class Lines implements TestExecutionListener {
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (!test.isTest()) return;
      System.out.println(result.getStatus() + "\t" + test.getDisplayName());
      result.getThrowable().ifPresent(thrown -> System.out.println("# " + thrown));
    }
  }
}
